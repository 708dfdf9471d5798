// The sorted list of regions (region.h).
#include "kernel/vm/region.h"

#include "kernel/mem/kmem.h"
#include "kernel/vm/pagetable.h"

static struct kmem_cache region_cache = KMEM_CACHE("region", struct region);

struct region *region_alloc(uaddr_t start, uaddr_t end, int prot, int flags, const struct region_ops *ops)
{
    struct region *r = kmem_alloc(&region_cache);
    if (!r)
        return 0;
    list_init(&r->link);
    r->start = start;
    r->end = end;
    r->prot = prot;
    r->flags = flags;
    r->ops = ops;
    return r;
}

void region_free(struct region *r)
{
    list_remove(&r->link);
    kmem_free(&region_cache, r);
}

void region_insert(struct list *regions, struct region *r)
{
    struct list *after = regions->prev; // new regions are the highest, mostly
    while (after != regions && list_entry(after, struct region, link)->start > r->start)
        after = after->prev;
    list_push_front(after, &r->link);
}

struct region *region_find(const struct list *regions, uaddr_t va)
{
    list_for_each (r, regions, struct region, link) {
        if (va < r->end)
            return va >= r->start ? r : 0;
    }
    return 0;
}

bool region_overlaps(const struct list *regions, uaddr_t start, uaddr_t end)
{
    list_for_each (r, regions, struct region, link) {
        if (start < r->end && r->start < end)
            return true;
    }
    return false;
}

bool region_allows(const struct region *r, enum access access) { return pt_user_rights(r->prot) & access; }
