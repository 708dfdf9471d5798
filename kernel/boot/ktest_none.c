// In a kernel without self-tests: what is called instead of them. kernel/ktest/ has a function of
// the same name, which the linker prefers to this weak one. This is a file of its own, because a
// compiler that sees both the function and its call would put this one in place of the call.
#include "kernel/boot/start.h"

__attribute__((weak)) void ktest_run(void) {}
