// The sorted list of regions (region.h).
#include "kernel/vm/region.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/assert.h"
#include "kernel/mem/kmem.h"
#include "kernel/vm/mapping.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/superpage.h"
#include "kernel/vm/unmap.h"

static struct kmem_cache region_cache = KMEM_CACHE("region", struct region);

struct region *region_alloc(uaddr_t start, uaddr_t end, int prot, int flags, const struct region_ops *ops)
{
    struct region *r = kmem_alloc(&region_cache);
    if (!r)
        return 0;
    list_init(&r->link);
    list_init(&r->mapping);
    r->start = start;
    r->end = end;
    r->prot = prot;
    r->max_prot = PROT_READ | PROT_WRITE | PROT_EXEC;
    r->flags = flags;
    r->ops = ops;
    return r;
}

void region_free(struct region *r) { kmem_free(&region_cache, r); }

struct region *region_copy(const struct region *r, uaddr_t start, uaddr_t end)
{
    struct region *copy = kmem_alloc(&region_cache);
    if (!copy)
        return 0;
    *copy = *r;
    list_init(&copy->link);
    list_init(&copy->mapping);
    copy->start = start;
    copy->end = end;
    copy->offset += start - r->start;
    if (copy->ops->attach)
        copy->ops->attach(copy);
    return copy;
}

// Promises are divided by what each part still lacks.
int region_split(struct region *r, uaddr_t va)
{
    kassert(r->start < va && va < r->end);
    struct region *rest = region_copy(r, va, r->end);
    if (!rest)
        return -ENOMEM;
    // commit point
    super_split_at(r->as, va);
    if (r->flags & REGION_RESERVED) {
        rest->promised = region_pages(rest) - mapped_pages(r->as, va, rest->end);
        r->promised -= rest->promised;
    }
    r->end = va;
    region_insert(r->as, rest);
    return 0;
}

void region_remove(struct region *r, struct list *dead)
{
    mapping_remove(r);
    list_remove(&r->link);
    list_push_back(dead, &r->link);
}

void regions_drop(struct list *dead)
{
    struct list *item;
    while ((item = list_pop_front(dead)) != 0) {
        struct region *r = list_entry(item, struct region, link);
        if (r->ops->detach)
            r->ops->detach(r);
        region_free(r);
    }
}

void region_insert(struct addrspace *as, struct region *r)
{
    struct list *after = as->regions.prev; // new regions are the highest, mostly
    while (after != &as->regions && list_entry(after, struct region, link)->start > r->start)
        after = after->prev;
    list_push_front(after, &r->link);
    r->as = as;
    mapping_add(r);
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
        if (region_meets(r, start, end))
            return true;
    }
    return false;
}

bool region_allows(const struct region *r, enum access access)
{
    pte_t rights = pt_user_rights(r->prot);
    bool private = !(r->flags & REGION_SHARED) && (r->max_prot & PROT_WRITE) && (rights & PTE_V);
    return (rights & access) || (access == ACCESS_FORCE && private);
}
