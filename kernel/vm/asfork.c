// fork's part in the address space: the child gets regions, page tables and counts; the data
// pages are shared, copy-on-write where they can be written.
//
// The tables are walked directly, so the cost is that of what is mapped. An error leaves the
// parent with some entries copy-on-write that nobody shares: its next write claims them.
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/mem/page.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/roots.h"
#include "kernel/vm/tlb.h"

// A child inherits no promise: what was RESERVED is LAZY in it.
static int copy_regions(struct addrspace *parent, struct addrspace *child)
{
    list_for_each(r, &parent->regions, struct region, link)
    {
        int flags = r->flags & REGION_RESERVED ? REGION_LAZY : r->flags;
        struct region *copy = region_alloc(r->start, r->end, r->prot, flags, r->ops);
        if (!copy)
            return -ENOMEM;
        list_push_back(&child->regions, &copy->link);
    }
    return 0;
}

// Shares the pages that one table maps. Returns how many; *changed: an entry of the parent lost
// its right to write.
static uint64 share_pages(struct addrspace *child, const struct pt_span *s, pte_t *to,
                          bool *changed)
{
    uint64 shared = 0;
    pte_t *from = s->entry;
    for (uaddr_t va = s->start; va < s->end; va += PGSIZE, from++, to++) {
        pte_t entry = *from;
        if (!(entry & PTE_V))
            continue;
        if (entry & PTE_W) {
            entry = (entry & ~(PTE_W | PTE_D)) | PTE_COW;
            *from = entry;
            *changed = true;
        }
        struct page *p = phys_to_page(PTE2PA(entry));
        page_get(p);
        *to = entry;
        shared++;
        child->resident += p != zero_page;
    }
    return shared;
}

// One pass over the regions: what they map is all there is.
static int copy_tables(struct addrspace *parent, struct addrspace *child)
{
    uint64 shared = 0;
    bool changed = false;
    int err = 0;
    list_for_each(r, &parent->regions, struct region, link)
    {
        struct pt_span s = pt_span_at(r->start);
        while (err == 0 && pt_next_span(parent->user_root, &s, r->end)) {
            pte_t *to = roots_entry(child, s.start, false);
            if (to)
                shared += share_pages(child, &s, to, &changed);
            else
                err = -ENOMEM;
        }
    }
    count_n(C_fork_pages, shared);
    if (changed)
        tlb_flush_space(parent);
    return err;
}

int as_fork(struct addrspace *parent, struct addrspace **child)
{
    struct addrspace *as = as_create();
    if (!as)
        return -ENOMEM;
    sleeplock_lock(&parent->lock);
    as->heap_start = parent->heap_start;
    as->heap_end = parent->heap_end;
    int err = copy_regions(parent, as);
    if (err == 0)
        err = copy_tables(parent, as);
    sleeplock_unlock(&parent->lock);
    if (DEBUG_BUILD) {
        as_check(parent);
        as_check(as);
    }
    if (err < 0) {
        as_put(as);
        return err;
    }
    *child = as;
    return 0;
}
