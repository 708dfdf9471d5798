// Taking pages out of an address space, and rights from them.
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

// Takes these rights from the entries of [start, end), and returns what any of them held before;
// the flush is the caller's.
// => as->lock held
pte_t take_rights(struct addrspace *as, uaddr_t start, uaddr_t end, pte_t rights);

// How many pages unmap_range would find there.
// => as->lock held; no leaf of level 1 lies across start or end
uint64 mapped_pages(struct addrspace *as, uaddr_t start, uaddr_t end);

// Gives the regions of [start, end) these rights, and their entries, with one flush if some lost
// rights. The right to write comes with the next write.
// => as->lock held; no region lies across start or end
void protect_range(struct addrspace *as, uaddr_t start, uaddr_t end, int prot);

#endif
