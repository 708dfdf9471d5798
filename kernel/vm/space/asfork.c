// fork's part in the address space (asfork.h): the child gets regions, page tables and counts; the
// pages are shared, copy-on-write where they can be written.
//
// The tables are walked directly, so the time depends on what is mapped. After an error some of the
// parent's entries are copy-on-write though nobody shares their pages: the next write claims them.
#include "kernel/vm/space/asfork.h"

#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/thread/self.h"
#include "kernel/vm/space/inspect.h"
#include "kernel/vm/space/mapping.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/space/space.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/roots.h"
#include "kernel/vm/table/superpage.h"
#include "kernel/mmu/tlb.h"

// Shares a 2 MiB leaf. The child's own table, which must be empty, becomes a spare one.
static void share_leaf(struct addrspace *child, const struct pt_span *s)
{
    pte_t leaf = pt_cow(*s->entry);

    *s->entry = leaf;
    page_get_chunk(pt_page(leaf));
    super_install(child, pt_walk(child->user_root, s->start, 1), leaf);
    child->resident += CHUNK_FRAMES;
    count_n(C_fork_pages, CHUNK_FRAMES);
}

// Shares the pages that one table maps; to is the child's entry for the first of them.
static void share_pages(struct addrspace *child, const struct pt_span *s, pte_t *to)
{
    uint64 shared = 0;
    pte_t *from = s->entry;

    for (uaddr_t va = s->start; va < s->end; va += PGSIZE, from++, to++) {
        if (*from == 0)
            continue;
        pte_t entry = pt_cow(*from);
        struct page *p = pt_page(entry);
        *from = entry;
        page_get(p);
        *to = entry;
        shared++;
        if (p != zero_page)
            child->resident++;
    }
    count_n(C_fork_pages, shared);
}

// Copies a region and, unless the child shall fault its pages in, the entries.
static int copy_region(struct addrspace *parent, struct addrspace *child, const struct region *r)
{
    struct region *copy = region_new(r);
    if (copy == NULL)
        return -ENOMEM;

    // A child inherits no promise: what was RESERVED is LAZY in it.
    if (copy->flags & REGION_RESERVED)
        copy->flags ^= REGION_RESERVED | REGION_LAZY;
    copy->promised = 0;
    copy->as = child;
    list_push_back(&child->regions, &copy->link);
    child->region_count++;
    if (r->ops->unshared || (r->flags & REGION_SHARED))
        return 0;

    struct pt_span s = pt_span_at(r->start);
    while (pt_next_span(parent->user_root, &s, r->end)) {
        if (thread_killed())
            return -EINTR;
        pte_t *to = roots_make_entry(child, s.start, 0, false);
        if (to == NULL)
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
    if (as == NULL)
        return -ENOMEM;

    sleeplock_lock(&parent->lock);
    as->heap_start = parent->heap_start;
    as->heap_end = parent->heap_end;
    list_for_each (r, &parent->regions, struct region, link) {
        if (err == 0)
            err = copy_region(parent, as, r);
    }

    // The parent's entries have lost the right to write. We do not ask whether one had it: a
    // program that forks has written something.
    tlb_flush_space(&parent->mmu);

    // With the parent's lock still held: a cut or a commit that looks into the parent after this
    // finds the child's regions in the file's list, too (mapping.h).
    list_for_each (r, &as->regions, struct region, link)
        mapping_add(r);
    sleeplock_unlock(&parent->lock);

    as_debug_check(parent);
    as_debug_check(as);
    if (err != 0) {
        as_put(as);
        return err;
    }
    *child = as;
    return 0;
}
