// Giving the regions of a range other rights, and making their entries agree (unmap.h).
//
// The right to write is taken away here and never given: whether the page is the entry's alone, or
// a file's that must join the journal first, is the fault handler's to see. A page whose region
// allows nothing stays in its entry, which is invalid and has neither R, W nor X.
#include "kernel/fcntl.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/superpage.h"
#include "kernel/mmu/tlb.h"
#include "kernel/vm/unmap.h"

#define CHANGED_RIGHTS (PTE_V | PTE_R | PTE_W | PTE_X | PTE_D)

static pte_t agreed(const struct region *r, pte_t entry)
{
    pte_t rights = pt_user_rights(r->prot) & CHANGED_RIGHTS;
    if ((rights & PTE_W) && !(entry & PTE_W)) {
        rights &= ~(PTE_W | PTE_D);
        if (!(r->flags & REGION_SHARED))
            rights |= PTE_COW;
    }
    return (entry & ~CHANGED_RIGHTS) | rights;
}

// Returns what rights entries of r have lost.
static pte_t protect_region(struct addrspace *as, const struct region *r)
{
    pte_t lost = 0;
    pt_for_each (s, as->user_root, r->start, r->end) {
        // an invalid entry of level 1 cannot be told from a table
        if (s.leaf && r->prot == PROT_NONE) {
            super_split(as, s.entry);
            s.end = s.start; // once more
            continue;
        }
        pte_t now = agreed(r, *s.entry);
        lost |= *s.entry & ~now & CHANGED_RIGHTS;
        pt_publish(s.entry, now);
    }
    return lost;
}

void protect_range(struct addrspace *as, uaddr_t start, uaddr_t end, int prot)
{
    pte_t lost = 0;
    debug_assert(sleeplock_holding(&as->lock));
    list_for_each (r, &as->regions, struct region, link) {
        if (r->start >= end)
            break;
        if (r->end <= start)
            continue;
        r->prot = prot;
        lost |= protect_region(as, r);
    }
    if (lost)
        tlb_flush_space(&as->mmu);
    if (prot & PROT_EXEC)
        tlb_new_code(&as->mmu);
}
