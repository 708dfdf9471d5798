// The heap: sbrk (addrspace.h; DESIGN: "sbrk is lazy and honest").
//
// The heap is a run of regions from heap_start up to the page of the break, RESERVED or LAZY as
// each part was asked for; none while it is empty. Eager growth promises a frame for each page
// and for each page table that they will need and that does not exist. Page promises are counted
// in the region and spent there. Table promises are counted in the space: all tables over RESERVED
// regions below tables_promised_to are promised or present. They are counted anew when the heap
// shrinks; tables that exist stay.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/vm.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/unmap.h"

// A leaf of level 1 keeps a spare table.
static bool has_table(pte_t middle) { return pt_own_table(middle) || PTE_LEAF(middle); }

// Tables that [start, end) needs, that do not exist and that are not promised yet.
static uint64 tables_missing(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 missing = 0;
    uaddr_t counted_to = as->tables_promised_to;
    uaddr_t va = max_u64(SUPERPGROUNDDOWN(start), counted_to);
    for (; va < end; va += SUPERPGSIZE) {
        pte_t top = pt_table(as->user_root)[pt_index(va, 2)];
        missing += !pt_own_table(top) && (va & -GIGAPAGE) >= counted_to;
        missing += !pt_own_table(top) || !has_table(pt_table(PTE2PA(top))[pt_index(va, 1)]);
        counted_to = va + SUPERPGSIZE;
    }
    return missing;
}

// Counts the promised tables anew and gives back those that no RESERVED region needs.
static void recount_tables(struct addrspace *as)
{
    uint64 needed = 0;
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

// The heap's region of that kind that ends at va, a new and empty one if there is none with the
// heap's usual rights; 0 if there is no memory, or no room for a region more.
static struct region *region_to_extend(struct addrspace *as, uaddr_t va, int kind)
{
    struct region *r = region_find(&as->regions, va - 1);
    if (r && r->flags == kind && r->prot == (PROT_READ | PROT_WRITE))
        return r;
    if (regions_full(as))
        return 0;
    r = region_new(&(struct region){.start = va,
                                    .end = va,
                                    .prot = PROT_READ | PROT_WRITE,
                                    .flags = kind,
                                    .ops = &region_anon_ops});
    if (r)
        region_insert(as, r);
    return r;
}

// Adds pages [start, end) to the heap: 0 or -ENOMEM.
static int add_pages(struct addrspace *as, uaddr_t start, uaddr_t end, int kind)
{
    bool reserved = kind == REGION_RESERVED;
    uint64 pages = reserved ? (end - start) >> PGSHIFT : 0;
    uint64 tables = reserved ? tables_missing(as, start, end) : 0;
    if (region_first(&as->regions, start, end) || (reserved && page_promise(pages + tables) < 0))
        return -ENOMEM;
    struct region *r = region_to_extend(as, start, kind);
    if (!r) {
        page_unpromise(pages + tables);
        return -ENOMEM;
    }
    // commit point
    r->end = end;
    r->promised += pages;
    as->promised_tables += tables;
    if (reserved)
        as->tables_promised_to = max_u64(as->tables_promised_to, SUPERPGROUNDUP(end));
    return 0;
}

static int grow(struct addrspace *as, uaddr_t to, int kind)
{
    uaddr_t start = PGROUNDUP(as->heap_end), end = PGROUNDUP(to);
    if (start < end && add_pages(as, start, end, kind) < 0)
        return -ENOMEM;
    as->heap_end = to;
    return 0;
}

static void shrink(struct addrspace *as, uaddr_t to)
{
    struct list dead = {&dead, &dead};
    uaddr_t start = PGROUNDUP(to), end = PGROUNDUP(as->heap_end);
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
    regions_drop(&dead); // there is nothing to let go: it does not sleep
    as->heap_end = to;
    recount_tables(as);
}

int64 as_sbrk(struct addrspace *as, int64 n, int how)
{
    sleeplock_lock(&as->lock);
    uaddr_t old = as->heap_end;
    int64 result = old;
    if (n < 0)
        shrink(as, -(uint64)n < old - as->heap_start ? old + n : as->heap_start);
    else if ((uint64)n > TRAPFRAME - old ||
             grow(as, old + n, how == SBRK_LAZY ? REGION_LAZY : REGION_RESERVED) < 0)
        result = -ENOMEM;
    sleeplock_unlock(&as->lock);
    return result;
}
