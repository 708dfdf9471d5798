// Stands for the self-tests in kernels built without them (kernel/ktest/ replaces it). In a file of
// its own, so that no compiler takes it for the only one.
#include "kernel/boot/start.h"

__attribute__((weak)) void ktest_run(void) {}
