// fork's part in the address space: the child gets regions, page tables and counts; the data
// pages are shared, copy-on-write where they can be written.
//
// The tables are walked directly, so the cost is that of what is mapped. An error leaves the
// parent with some entries copy-on-write that nobody shares: its next write claims them.
#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/thread/self.h"
#include "kernel/vm/mapping.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/roots.h"
#include "kernel/vm/superpage.h"
#include "kernel/mmu/tlb.h"

// The entry for the child: the parent's, without its right to write.
static pte_t share_entry(pte_t *from) { return *from = pt_cow(*from); }

// Shares 2 MiB that one entry maps: the child has an empty table there, which it keeps to spare.
static void share_leaf(struct addrspace *child, const struct pt_span *s)
{
    pte_t leaf = share_entry(s->entry);
    page_get_block(pt_page(leaf));
    super_install(child, roots_entry(child, s->start, 1, false), leaf);
    child->resident += BLOCK_FRAMES;
    count_n(C_fork_pages, BLOCK_FRAMES);
}

// Shares the pages that one table maps.
static void share_pages(struct addrspace *child, const struct pt_span *s, pte_t *to)
{
    uint64 shared = 0;
    pte_t *from = s->entry;
    for (uaddr_t va = s->start; va < s->end; va += PGSIZE, from++, to++) {
        if (*from == 0)
            continue;
        pte_t entry = share_entry(from);
        struct page *p = pt_page(entry);
        page_get(p);
        *to = entry;
        shared++;
        child->resident += p != zero_page;
    }
    count_n(C_fork_pages, shared);
}

// A child inherits no promise: what was RESERVED is LAZY in it.
static int copy_region(struct addrspace *parent, struct addrspace *child, const struct region *r)
{
    struct region *copy = region_new(r);
    if (!copy)
        return -ENOMEM;
    if (copy->flags & REGION_RESERVED)
        copy->flags ^= REGION_RESERVED | REGION_LAZY;
    copy->promised = 0;
    copy->as = child;
    list_push_back(&child->regions, &copy->link);
    child->region_count++;
    if (r->ops->unshared || (r->flags & REGION_SHARED))
        return 0;
    for (struct pt_span s = pt_span_at(r->start); pt_next_span(parent->user_root, &s, r->end);) {
        if (thread_killed())
            return -EINTR;
        pte_t *to = roots_entry(child, s.start, 0, false);
        if (!to)
            return -ENOMEM;
        if (s.leaf)
            share_leaf(child, &s);
        else
            share_pages(child, &s, to);
    }
    return 0;
}

int as_fork(struct addrspace *parent, struct addrspace **child)
{
    int err = 0;
    struct addrspace *as = as_create();
    if (!as)
        return -ENOMEM;
    sleeplock_lock(&parent->lock);
    as->heap_start = parent->heap_start;
    as->heap_end = parent->heap_end;
    list_for_each (r, &parent->regions, struct region, link) { // what they map is all there is
        if (err == 0)
            err = copy_region(parent, as, r);
    }
    tlb_flush_space(&parent->mmu); // a program that forks has written something
    list_for_each (r, &as->regions, struct region, link)
        mapping_add(r); // before the parent may be looked into: what it loses, the child loses, too
    sleeplock_unlock(&parent->lock);
    as_debug_check(parent);
    as_debug_check(as);
    if (err < 0) {
        as_put(as);
        return err;
    }
    *child = as;
    return 0;
}
