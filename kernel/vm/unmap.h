// Taking pages out of an address space.
#ifndef KERNEL_VM_UNMAP_H
#define KERNEL_VM_UNMAP_H

#include "kernel/vm/addrspace.h"

// Takes out what is mapped in [start, end), page-aligned, with one flush, and then drops the
// references. Returns the number of pages that were there, the zero page aside.
// => as->lock held, nothing else
uint64 unmap_range(struct addrspace *as, uaddr_t start, uaddr_t end);

// Drops the pages mapped in [start, end): no hart can use them through this space any more.
// Returns as above.
uint64 unmap_unused(struct addrspace *as, uaddr_t start, uaddr_t end);

#endif
