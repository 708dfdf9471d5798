// Stands for failalloc's part in kernels built without self-tests (kernel/ktest/inject.c replaces
// it).
#include "kernel/errno.h"
#include "kernel/sys/inject.h"

__attribute__((weak)) int64 inject_arm(int64) { return -ENOSYS; }
