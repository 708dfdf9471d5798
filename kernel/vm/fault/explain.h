// Why vm_fault refused an access, in words.
#ifndef KERNEL_VM_FAULT_EXPLAIN_H
#define KERNEL_VM_FAULT_EXPLAIN_H

#include "kernel/vm/addrspace.h"

// Says what the program did that vm_fault refused with -EFAULT; sp: its stack pointer at that time.
// access is READ, WRITE or EXEC.
const char *vm_explain(struct addrspace *as, uaddr_t va, enum access access, uaddr_t sp);

#endif
