// Taking pages out (unmap.h). A page may be reused the moment its last reference goes, so stale
// translations must be gone by then. The entries themselves keep the pages meanwhile: first every
// entry is made invalid, with its frame number still in it; then comes the flush; then the entries
// are cleared and the frames let go. as->lock keeps faults away in between.
#include "kernel/vm/unmap.h"

#include "kernel/vm/pagetable.h"
#include "kernel/vm/superpage.h"
#include "kernel/vm/tlb.h"

static bool invalidate(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    bool any = false;
    for (struct pt_span s = pt_span_at(start); pt_next_span(as->user_root, &s, end);) {
        for (pte_t *last = s.entry + pt_span_entries(&s); s.entry < last; s.entry++) {
            any |= *s.entry != 0; // one that allows nothing is invalid already, and has its page
            *s.entry &= ~PTE_V;
        }
    }
    return any;
}

uint64 unmap_unused(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;
    for (struct pt_span s = pt_span_at(start); pt_next_span(as->user_root, &s, end);) {
        if (s.leaf) {
            super_unmap(as, s.entry);
            pages += BLOCK_FRAMES;
            continue;
        }
        for (uaddr_t va = s.start; va < s.end; va += PGSIZE, s.entry++) {
            if (*s.entry == 0)
                continue;
            struct page *p = pt_page(*s.entry);
            *s.entry = 0;
            pages += p != zero_page;
            page_put(p);
        }
    }
    as->resident -= pages;
    return pages;
}

uint64 mapped_pages(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;
    for (struct pt_span s = pt_span_at(start); pt_next_span(as->user_root, &s, end);) {
        if (s.leaf)
            pages += BLOCK_FRAMES;
        for (pte_t *last = s.entry + pt_span_entries(&s); !s.leaf && s.entry < last; s.entry++)
            pages += *s.entry != 0 && pt_page(*s.entry) != zero_page;
    }
    return pages;
}

uint64 unmap_range(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    debug_assert(sleeplock_holding(&as->lock));
    super_split_at(as, start);
    super_split_at(as, end);
    if (!invalidate(as, start, end))
        return 0;
    tlb_flush_space(as);
    return unmap_unused(as, start, end);
}
