// The heap: sbrk (addrspace.h; DESIGN: "sbrk is lazy and honest").
//
// The heap is a run of regions from heap_start up to the page of the break, RESERVED or LAZY as
// each part was asked for; none while it is empty. Eager growth promises a frame for each page
// and for each page table that they will need and that does not exist. Page promises are counted
// in the region and spent there. Table promises are counted in the space: tables stay when the
// heap shrinks, and so do their promises; all tables over RESERVED regions below
// tables_promised_to are promised or present. A LAZY part that is cut off leaves gaps in that, so
// the count is then made anew.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/assert.h"
#include "kernel/mem/page.h"
#include "kernel/vm.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/unmap.h"

static bool is_heap(const struct region *r)
{
    return r->flags & (REGION_LAZY | REGION_RESERVED);
}

// Tables that [start, end) needs, that do not exist and that are not promised yet.
static uint64 tables_missing(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 missing = 0;
    uaddr_t counted_to = as->tables_promised_to;
    uaddr_t va = max_u64(SUPERPGROUNDDOWN(start), counted_to);
    for (; va < end; va += SUPERPGSIZE) {
        pte_t top = pt_table(as->user_root)[pt_index(va, 2)];
        bool lower = (top & PTE_V) && (pt_table(PTE2PA(top))[pt_index(va, 1)] & PTE_V);
        if (!(top & PTE_V) && (va & -GIGAPAGE) >= counted_to)
            missing++;
        if (!lower)
            missing++;
        counted_to = va + SUPERPGSIZE;
    }
    return missing;
}

// Counts the promised tables anew and gives back those that no RESERVED region needs.
static void recount_tables(struct addrspace *as)
{
    uint64 needed = 0;
    as->tables_promised_to = 0;
    list_for_each(r, &as->regions, struct region, link)
    {
        if (!(r->flags & REGION_RESERVED))
            continue;
        needed += tables_missing(as, r->start, r->end);
        as->tables_promised_to = SUPERPGROUNDUP(r->end);
    }
    kassert(needed <= as->promised_tables);
    page_unpromise(as->promised_tables - needed);
    as->promised_tables = needed;
}

// The heap's region of that kind that ends at va, or 0.
static struct region *region_to_extend(struct addrspace *as, uaddr_t va, int kind)
{
    struct region *r = region_find(&as->regions, va - 1);
    return r && r->flags == kind && r->end == va ? r : 0;
}

// Adds pages [start, end) to the heap: 0 or -ENOMEM.
static int add_pages(struct addrspace *as, uaddr_t start, uaddr_t end, int kind)
{
    struct region *r = region_to_extend(as, start, kind);
    struct region *fresh = 0;
    uint64 pages = 0, tables = 0;
    if (region_overlaps(&as->regions, start, end))
        return -ENOMEM;
    if (!r) {
        fresh = r = region_alloc(start, start, PROT_READ | PROT_WRITE, kind, &region_anon_ops);
        if (!r)
            return -ENOMEM;
    }
    if (kind == REGION_RESERVED) {
        pages = (end - start) >> PGSHIFT;
        tables = tables_missing(as, start, end);
        if (page_promise(pages + tables) < 0) {
            if (fresh)
                region_free(fresh);
            return -ENOMEM;
        }
        as->tables_promised_to = max_u64(as->tables_promised_to, SUPERPGROUNDUP(end));
    }
    // commit point
    r->end = end;
    r->promised += pages;
    as->promised_tables += tables;
    if (fresh)
        region_insert(&as->regions, fresh);
    return 0;
}

static int grow(struct addrspace *as, uaddr_t to, int kind)
{
    uaddr_t start = PGROUNDUP(as->heap_end), end = PGROUNDUP(to);
    int err = start < end ? add_pages(as, start, end, kind) : 0;
    if (err == 0)
        as->heap_end = to;
    return err;
}

// Takes the pages [start, r->end) off region r, and r with them if none is left.
static void cut_region(struct addrspace *as, struct region *r, uaddr_t start)
{
    uint64 pages = (r->end - start) >> PGSHIFT;
    uint64 touched = unmap_range(as, start, r->end);
    if (r->flags & REGION_RESERVED) {
        r->promised -= pages - touched;
        page_unpromise(pages - touched);
    }
    r->end = start;
    if (r->start == r->end)
        region_free(r);
}

static void shrink(struct addrspace *as, uaddr_t to)
{
    uaddr_t start = PGROUNDUP(to), end = PGROUNDUP(as->heap_end);
    bool lazy = false;
    while (end > start) {
        struct region *r = region_find(&as->regions, end - 1);
        kassert(r && is_heap(r));
        lazy |= r->flags & REGION_LAZY;
        end = max_u64(start, r->start);
        cut_region(as, r, end);
    }
    as->heap_end = to;
    if (lazy)
        recount_tables(as);
}

int64 as_sbrk(struct addrspace *as, int64 n, int how)
{
    sleeplock_lock(&as->lock);
    uaddr_t old = as->heap_end;
    int64 result = old;
    if (n < 0)
        shrink(as, -(uint64)n < old - as->heap_start ? old + n : as->heap_start);
    else if ((uint64)n > TRAPFRAME - old)
        result = -ENOMEM;
    else if (grow(as, old + n, how == SBRK_LAZY ? REGION_LAZY : REGION_RESERVED) < 0)
        result = -ENOMEM;
    sleeplock_unlock(&as->lock);
    return result;
}
