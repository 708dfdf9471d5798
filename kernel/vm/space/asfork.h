// Copying an address space for fork.
#ifndef KERNEL_VM_SPACE_ASFORK_H
#define KERNEL_VM_SPACE_ASFORK_H

#include "kernel/vm/addrspace.h"

// Makes a child's copy of a space: regions, page tables and counts. The pages are shared,
// copy-on-write. The child has no promises, and as_set_info has yet to tell what its process page
// holds. *child has refs = 1. 0; -ENOMEM; -EINTR: the thread was killed meanwhile. After an error
// the parent is as it was.
int as_fork(struct addrspace *parent, struct addrspace **child);

#endif
