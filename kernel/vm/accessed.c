// Which pages were accessed: the A bits of an address space, read and cleared (addrspace.h).
//
// The processor sets A when it walks to a page, or faults where it does not update the bit, and
// the fault handler sets it. A translation that a hart remembers sets nothing: hence the flush
// after a clearing.
#include "kernel/vm/addrspace.h"
#include "kernel/vm/pagetable.h"
#include "kernel/mmu/tlb.h"

void as_accessed(struct addrspace *as, uaddr_t va, uint n, uint8 *map)
{
    for (uint i = 0; i < n; i++) {
        if (i % 8 == 0)
            map[i / 8] = 0;
        if (as_lookup(as, va + i * PGSIZE) & PTE_A)
            map[i / 8] |= 1 << i % 8;
    }
}

void as_clear_accessed(struct addrspace *as, uaddr_t va, uint n, const uint8 *map)
{
    bool any = false;
    sleeplock_lock(&as->lock);
    for (uint i = 0; i < n; i++) {
        pte_t *entry = map[i / 8] >> i % 8 & 1 ? pt_walk(as->user_root, va + i * PGSIZE, 0) : 0;
        if (!entry || !(*entry & PTE_V))
            continue;
        __atomic_fetch_and(entry, ~PTE_A, __ATOMIC_RELAXED);
        any = true;
    }
    if (any)
        tlb_flush_space(&as->mmu);
    sleeplock_unlock(&as->lock);
}
