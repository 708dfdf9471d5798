// Looking at an address space: which pages were accessed, how much it uses, what its tables hold,
// and whether all that is known of it agrees.
#ifndef KERNEL_VM_SPACE_INSPECT_H
#define KERNEL_VM_SPACE_INSPECT_H

#include "kernel/lib/assert.h"
#include "kernel/vm/addrspace.h"

// Sets bit i of map (i < n) if the page of va + i * PGSIZE is mapped and was accessed since its A
// bit was last cleared, else clears bit i. A 2 MiB leaf has one A bit for all its 512 pages.
void as_accessed(struct addrspace *as, uaddr_t va, uint n, uint8 *map);
// Clears the A bits of the pages whose bits in map are set.
void as_clear_accessed(struct addrspace *as, uaddr_t va, uint n, const uint8 *map);

// Returns the bytes of all regions. Counts two kinds of mapped pages: *shared: those that others
// use, too (caches not counted); *file: those that are frames of the block cache.
uint64 as_usage(struct addrspace *as, uint64 *shared, uint64 *file);

// Prints the user half's entries to the console: "page table 0x...", then for each valid entry a
// " .." for each level, "0xVA: pte 0x... pa 0x...". Stops when the caller is killed.
void as_print(struct addrspace *as);

// Debug: regions are sorted and disjoint, entries lie inside regions, counts and roots agree;
// panics if not.
void as_check(struct addrspace *as);

// Calls as_check now and then, the more seldom the more regions there are: so it costs each call
// about the same.
static inline void as_debug_check(struct addrspace *as)
{
    if (!DEBUG_BUILD ||
        __atomic_add_fetch(&as->unchecked, 1, __ATOMIC_RELAXED) < as->region_count / 64)
        return;
    __atomic_store_n(&as->unchecked, 0, __ATOMIC_RELAXED);
    as_check(as);
}

#endif
