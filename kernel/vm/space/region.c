// The sorted list of regions (region.h).
#include "kernel/vm/space/region.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/mem/kmem.h"
#include "kernel/vm/space/mapping.h"
#include "kernel/vm/space/unmap.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/superpage.h"

static struct kmem_cache region_cache = KMEM_CACHE("region", struct region);

struct region *region_new(const struct region *model)
{
    struct region *r = kmem_alloc(&region_cache);
    if (r == NULL)
        return NULL;

    // The model may stand on lists, and has references: r has neither.
    *r = *model;
    list_init(&r->link);
    list_init(&r->mapping);
    if (r->ops->attach != NULL && r->ops->attach(r) < 0) {
        kmem_free(&region_cache, r);
        return NULL;
    }
    return r;
}

static void insert_after(struct list *before, struct addrspace *as, struct region *r)
{
    list_push_front(before, &r->link);
    r->as = as;
    as->region_count++;
    mapping_add(r);
}

int region_split_at(struct addrspace *as, uaddr_t va)
{
    struct region *r = region_find(&as->regions, va);
    if (r == NULL || r->start == va)
        return 0;
    if (regions_full(as))
        return -ENOMEM;

    // The second part is made first, because only that can fail.
    struct region model = *r;
    model.start = va;
    model.offset += va - r->start;
    struct region *rest = region_new(&model);
    if (rest == NULL)
        return -ENOMEM;

    // commit point
    // Each part keeps the promises for its own pages that have no frame yet.
    super_split_at(as, va);
    if (r->flags & REGION_RESERVED) {
        rest->promised = region_pages(rest) - mapped_pages(as, va, rest->end);
        r->promised -= rest->promised;
    }
    r->end = va;
    insert_after(&r->link, as, rest);
    return 0;
}

// True if next begins where r ends and goes on with the same.
static bool continues(const struct region *r, const struct region *next)
{
    bool alike = r->prot == next->prot && r->denied == next->denied && r->flags == next->flags &&
                 r->ops == next->ops;
    bool same_source = r->file == next->file && r->shared == next->shared &&
                       r->mapping_round == next->mapping_round;

    if (!alike || !same_source || r->end != next->start)
        return false;
    if (r->file == NULL && r->shared == NULL)
        return true; // zeroes: the offset means nothing
    return r->offset + (r->end - r->start) == next->offset;
}

void region_merge(struct addrspace *as, struct region *r, uaddr_t end, struct list *dead)
{
    // The region before r may go on with what r has.
    if (r->link.prev != &as->regions)
        r = list_entry(r->link.prev, struct region, link);
    while (r->link.next != &as->regions && r->end <= end) {
        struct region *next = list_entry(r->link.next, struct region, link);
        if (!continues(r, next)) {
            r = next;
            continue;
        }
        r->end = next->end;
        r->promised += next->promised;
        region_remove(next, dead);
    }
}

void region_remove(struct region *r, struct list *dead)
{
    mapping_remove(r);
    r->as->region_count--;
    list_remove(&r->link);
    list_push_back(dead, &r->link);
}

void regions_drop(struct list *dead)
{
    struct list *item;

    while ((item = list_pop_front(dead)) != NULL) {
        struct region *r = list_entry(item, struct region, link);
        if (r->ops->detach != NULL)
            r->ops->detach(r);
        kmem_free(&region_cache, r);
    }
}

void region_insert(struct addrspace *as, struct region *r)
{
    // From the end: mostly a new region is the highest.
    struct list *after = as->regions.prev;
    while (after != &as->regions && list_entry(after, struct region, link)->start > r->start)
        after = after->prev;
    insert_after(after, as, r);
}

bool region_fits(const struct addrspace *as, uaddr_t start, uaddr_t end)
{
    return in_user_half(start, end) && region_first(&as->regions, start, end) == NULL;
}

struct region *region_first(const struct list *regions, uaddr_t start, uaddr_t end)
{
    list_for_each (r, regions, struct region, link) {
        // The first region that does not end before the range: it meets the range, or none does.
        if (start < r->end)
            return r->start < end ? r : NULL;
    }
    return NULL;
}

bool region_allows(const struct region *r, enum access access)
{
    if (pt_user_rights(r->prot) & access)
        return true;

    // A forced write goes to a page of the space's own, so the region must be private. It must
    // allow something, and must not be one that may never be written to.
    return access == ACCESS_FORCE && !(r->flags & REGION_SHARED) && !(r->denied & PROT_WRITE) &&
           r->prot != PROT_NONE;
}

int region_no_memory(const struct region *r)
{
    return r->flags & REGION_RESERVED ? -EAGAIN : -ENOMEM;
}
