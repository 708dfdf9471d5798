// Taking pages out, and taking rights away (unmap.h).
//
// A page may be used for something else the moment its last reference is put, so no hart may have a
// translation to it by then. Until that is sure the entries themselves keep the pages: first every
// entry is parked (pagetable.h), with its frame number still in it; then all harts flush; then the
// entries are cleared and the pages put. as->lock keeps faults away in between.
#include "kernel/vm/space/unmap.h"

#include "kernel/fcntl.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/superpage.h"
#include "kernel/mmu/tlb.h"

#define CHANGED_RIGHTS (PTE_V | PTE_R | PTE_W | PTE_X | PTE_D)

bool remove_rights(struct addrspace *as, uaddr_t start, uaddr_t end, pte_t rights)
{
    pte_t had = 0;

    pt_for_each (s, as->user_root, start, end) {
        had |= *s.entry;
        *s.entry &= ~rights;
    }
    return had & rights;
}

uint64 unmap_after_flush(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;

    pt_for_each (s, as->user_root, start, end) {
        struct page *p = pt_page(*s.entry);
        if (p != zero_page)
            pages += pt_entry_pages(&s);
        // The chunk of a leaf goes as a whole; its place keeps an empty table.
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

    pt_for_each (s, as->user_root, start, end) {
        if (pt_page(*s.entry) != zero_page)
            pages += pt_entry_pages(&s);
    }
    return pages;
}

uint64 unmap_range(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    debug_assert(sleeplock_holding(&as->lock));
    super_split_at(as, start);
    super_split_at(as, end);

    // Entries of a PROT_NONE region are parked already, and no hart can know them: they need no
    // flush.
    if (remove_rights(as, start, end, PTE_V))
        tlb_flush_space(&as->mmu);
    return unmap_after_flush(as, start, end);
}

// Returns the entry with the rights of r, but without the right to write if it has not got that
// now. The fault handler gives it: only there is known whether the page is the space's own, or a
// file's page whose block must join the journal's group first.
static pte_t with_rights_of(const struct region *r, pte_t entry)
{
    pte_t rights = pt_user_rights(r->prot) & CHANGED_RIGHTS;

    if ((rights & PTE_W) && !(entry & PTE_W)) {
        rights &= ~(PTE_W | PTE_D);
        if (!(r->flags & REGION_SHARED))
            rights |= PTE_COW;
    }
    return (entry & ~CHANGED_RIGHTS) | rights;
}

// Makes the entries of r agree with its rights. True if one has lost a right.
static bool protect_region(struct addrspace *as, const struct region *r)
{
    pte_t lost = 0;

    pt_for_each (s, as->user_root, r->start, r->end) {
        // A leaf without R, W and X would look like a table. So it is split, and the span is begun
        // again.
        if (s.leaf && r->prot == PROT_NONE) {
            super_split(as, s.entry);
            s.end = s.start;
            continue;
        }
        pte_t now = with_rights_of(r, *s.entry);
        lost |= *s.entry & ~now & CHANGED_RIGHTS;
        pt_publish(s.entry, now);
    }
    return lost;
}

void protect_range(struct addrspace *as, uaddr_t start, uaddr_t end, int prot)
{
    bool lost = false;

    debug_assert(sleeplock_holding(&as->lock));
    list_for_each (r, &as->regions, struct region, link) {
        if (r->start >= end)
            break;
        if (r->end <= start)
            continue;
        r->prot = prot;
        if (protect_region(as, r))
            lost = true;
    }
    if (lost)
        tlb_flush_space(&as->mmu);
    if (prot & PROT_EXEC)
        tlb_fence_code(&as->mmu);
}
