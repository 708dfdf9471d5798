// Taking pages out (unmap.h). A page may be reused the moment its last reference goes, so stale
// translations must be gone by then. The entries themselves keep the pages meanwhile: first every
// entry is made invalid, with its frame number still in it; then comes the flush; then the entries
// are cleared and the frames let go. as->lock keeps faults away in between.
#include "kernel/vm/unmap.h"

#include "kernel/vm/pagetable.h"
#include "kernel/vm/superpage.h"
#include "kernel/mmu/tlb.h"

pte_t take_rights(struct addrspace *as, uaddr_t start, uaddr_t end, pte_t rights)
{
    pte_t had = 0;
    pt_for_each (s, as->user_root, start, end) {
        had |= *s.entry;
        *s.entry &= ~rights;
    }
    return had;
}

uint64 unmap_unused(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;
    pt_for_each (s, as->user_root, start, end) {
        struct page *p = pt_page(*s.entry);
        pages += p != zero_page ? pt_entry_pages(&s) : 0;
        if (s.leaf) {
            super_unmap(as, s.entry);
        } else {
            *s.entry = 0;
            page_put(p);
        }
    }
    as->resident -= pages;
    return pages;
}

uint64 mapped_pages(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;
    pt_for_each (s, as->user_root, start, end)
        pages += pt_page(*s.entry) != zero_page ? pt_entry_pages(&s) : 0;
    return pages;
}

uint64 unmap_range(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    debug_assert(sleeplock_holding(&as->lock));
    super_split_at(as, start);
    super_split_at(as, end);
    // one that allows nothing is invalid already, and has its page
    if (!take_rights(as, start, end, PTE_V))
        return 0;
    tlb_flush_space(&as->mmu);
    return unmap_unused(as, start, end);
}
