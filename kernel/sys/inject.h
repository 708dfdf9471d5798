// Allocation failures on demand. Only test builds have them (kernel/ktest/inject.c).
#ifndef KERNEL_SYS_INJECT_H
#define KERNEL_SYS_INJECT_H

#include "kernel/lib/kdef.h"

// Makes the n-th allocation of the running process from now on fail, once (0: none). Returns how
// many allocations were counted since the last such call; a negative number if that one's failure
// has not come. -ENOSYS in other builds.
int64 inject_arm(int64 n);

#endif
