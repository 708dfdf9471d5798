// The heap (heap.h; docs/book/design.md, "sbrk is lazy and honest").
//
// The heap is a row of regions from heap_start to the page of the break. Each is RESERVED or LAZY,
// as that part was asked for. An empty heap has no region.
//
// Growth by SBRK_EAGER promises a frame for each page, and for each page table that these pages
// will need and that does not exist. The region counts the promised pages, and each first touch
// spends one. The space counts the promised tables. All tables that RESERVED regions need below
// tables_promised_to exist or are promised. When the heap shrinks they are counted anew; tables
// that exist stay.
#include "kernel/vm/space/heap.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/vm.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/space/unmap.h"
#include "kernel/vm/table/pagetable.h"

// How many tables [start, end) needs that do not exist and are not promised yet.
static uint64 tables_missing(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 missing = 0;
    uaddr_t counted_to = as->tables_promised_to;
    uaddr_t va = max_u64(SUPERPGROUNDDOWN(start), counted_to);

    for (; va < end; va += SUPERPGSIZE) {
        pte_t top = pt_table(as->user_root)[pt_index(va, 2)], middle = 0;

        // A table of level 1 serves 1 GiB. Count it once, at the first of its 2 MiB that is
        // counted.
        if (pt_own_table(top))
            middle = pt_table(PTE2PA(top))[pt_index(va, 1)];
        else if ((va & -GIGAPAGE) >= counted_to)
            missing++;

        // A table of level 0 serves 2 MiB. A 2 MiB leaf keeps a spare one for the day of its split.
        if (!pt_own_table(middle) && !PTE_LEAF(middle))
            missing++;
        counted_to = va + SUPERPGSIZE;
    }
    return missing;
}

// Counts the promised tables anew and gives back those that no RESERVED region needs.
static void recount_tables(struct addrspace *as)
{
    uint64 needed = 0;

    // As if nothing was promised; the regions are met in the order of their addresses.
    as->tables_promised_to = 0;
    list_for_each (r, &as->regions, struct region, link) {
        if (!(r->flags & REGION_RESERVED))
            continue;
        needed += tables_missing(as, r->start, r->end);
        as->tables_promised_to = SUPERPGROUNDUP(r->end);
    }
    kassert(needed <= as->promised_tables);
    page_unpromise(as->promised_tables - needed);
    as->promised_tables = needed;
}

// Returns the heap's region of that kind that ends at va and has the heap's usual rights, or a new,
// empty one. NULL if there is no memory, or if the space has as many regions as it may have.
static struct region *region_to_extend(struct addrspace *as, uaddr_t va, int kind)
{
    struct region *r = region_find(&as->regions, va - 1);

    if (r != NULL && r->flags == kind && r->prot == (PROT_READ | PROT_WRITE))
        return r;
    if (regions_full(as))
        return NULL;
    r = region_new(&(struct region){.start = va,
                                    .end = va,
                                    .prot = PROT_READ | PROT_WRITE,
                                    .flags = kind,
                                    .ops = &region_anon_ops});
    if (r != NULL)
        region_insert(as, r);
    return r;
}

// Moves the break up, and adds the pages up to it to the heap: 0 or -ENOMEM.
static int grow(struct addrspace *as, uaddr_t to, int kind)
{
    uaddr_t start = PGROUNDUP(as->heap_end), end = PGROUNDUP(to);
    uint64 pages = 0, tables = 0;

    // The break may stay in the page that it is in: then nothing is added.
    if (start == end) {
        as->heap_end = to;
        return 0;
    }
    if (region_first(&as->regions, start, end) != NULL)
        return -ENOMEM;
    // Decide and promise before anything changes.
    if (kind == REGION_RESERVED) {
        pages = (end - start) >> PGSHIFT;
        tables = tables_missing(as, start, end);
        if (page_promise(pages + tables) < 0)
            return -ENOMEM;
    }
    struct region *r = region_to_extend(as, start, kind);
    if (r == NULL) {
        page_unpromise(pages + tables);
        return -ENOMEM;
    }

    // commit point
    as->heap_end = to;
    r->end = end;
    r->promised += pages;
    as->promised_tables += tables;
    if (kind == REGION_RESERVED)
        as->tables_promised_to = max_u64(as->tables_promised_to, SUPERPGROUNDUP(end));
    return 0;
}

static void shrink(struct addrspace *as, uaddr_t to)
{
    struct list dead = {&dead, &dead};
    uaddr_t start = PGROUNDUP(to), end = PGROUNDUP(as->heap_end);

    // From the end, region by region. Pages that were never touched give their promise back.
    while (end > start) {
        struct region *r = region_find(&as->regions, end - 1);
        uaddr_t from = max_u64(start, r->start);
        uint64 untouched = ((end - from) >> PGSHIFT) - unmap_range(as, from, end);
        if (r->flags & REGION_RESERVED) {
            r->promised -= untouched;
            page_unpromise(untouched);
        }
        r->end = end = from;
        if (r->start == r->end)
            region_remove(r, &dead);
    }
    regions_drop(&dead); // with as->lock held: regions of a heap hold nothing, so it does not sleep
    as->heap_end = to;
    recount_tables(as);
}

int64 as_sbrk(struct addrspace *as, int64 n, int how)
{
    sleeplock_lock(&as->lock);
    uaddr_t old = as->heap_end;
    int64 result = old;

    if (n < 0) {
        bool inside = -(uint64)n < old - as->heap_start;
        shrink(as, inside ? old + n : as->heap_start);
    } else if ((uint64)n > TRAPFRAME - old ||
               grow(as, old + n, how == SBRK_LAZY ? REGION_LAZY : REGION_RESERVED) < 0) {
        result = -ENOMEM;
    }
    sleeplock_unlock(&as->lock);
    return result;
}
