// Allocation failures on demand, in test builds: kernel/ktest/ has the function, others nothing.
#ifndef KERNEL_SYS_INJECT_H
#define KERNEL_SYS_INJECT_H

#include "kernel/lib/kdef.h"

// The running process's n-th allocation from now on fails, once (0: none any more). Returns how
// many were counted since it was last armed, negative if its failure did not come; -ENOSYS.
int64 inject_arm(int64 n);

#endif
