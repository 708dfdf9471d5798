// Taking pages out of an address space, and rights from its entries.
#ifndef KERNEL_VM_SPACE_UNMAP_H
#define KERNEL_VM_SPACE_UNMAP_H

#include "kernel/vm/addrspace.h"

// Takes out what is mapped in [start, end), page-aligned, with one flush, and then puts the pages.
// Returns how many pages were mapped there, the page of zeroes not counted.
// => as->lock held, no other lock
uint64 unmap_range(struct addrspace *as, uaddr_t start, uaddr_t end);

// The second half of unmap_range, after the flush: clears the entries of [start, end) and puts
// their pages. No hart can use them through this space any more. Returns the same.
uint64 unmap_after_flush(struct addrspace *as, uaddr_t start, uaddr_t end);

// The first half, without the flush: takes these rights (PTE_ bits) from the entries of [start,
// end). True if an entry had one of them: then the caller must flush.
// => as->lock held
bool remove_rights(struct addrspace *as, uaddr_t start, uaddr_t end, pte_t rights);

// How many pages unmap_range would find there.
// => as->lock held; no 2 MiB leaf lies across start or end
uint64 mapped_pages(struct addrspace *as, uaddr_t start, uaddr_t end);

// Gives the regions of [start, end) these rights, and makes their entries agree, with one flush if
// an entry lost a right. The right to write comes to an entry with the next write.
// => as->lock held; no region lies across start or end
void protect_range(struct addrspace *as, uaddr_t start, uaddr_t end, int prot);

#endif
