// In a kernel without self-tests failalloc() does nothing. kernel/ktest/inject.c has a function of
// the same name, which the linker prefers to this weak one.
#include "kernel/errno.h"
#include "kernel/sys/inject.h"

__attribute__((weak)) int64 inject_arm(int64) { return -ENOSYS; }
