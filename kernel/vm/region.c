// The sorted list of regions (region.h).
#include "kernel/vm/region.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/mem/kmem.h"
#include "kernel/vm/mapping.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/superpage.h"
#include "kernel/vm/unmap.h"

static struct kmem_cache region_cache = KMEM_CACHE("region", struct region);

struct region *region_new(const struct region *model)
{
    struct region *r = kmem_alloc(&region_cache);
    if (!r)
        return 0;
    *r = *model;
    list_init(&r->link);
    list_init(&r->mapping);
    if (r->ops->attach && r->ops->attach(r) < 0) {
        kmem_free(&region_cache, r);
        return 0;
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

// Promises are divided by what each part still lacks.
int region_split_at(struct addrspace *as, uaddr_t va)
{
    struct region *r = region_find(&as->regions, va);
    if (!r || r->start == va)
        return 0;
    if (regions_full(as))
        return -ENOMEM;
    struct region model = *r;
    model.start = va;
    model.offset += va - r->start;
    struct region *rest = region_new(&model);
    if (!rest)
        return -ENOMEM;
    // commit point
    super_split_at(as, va);
    if (r->flags & REGION_RESERVED) {
        rest->promised = region_pages(rest) - mapped_pages(as, va, rest->end);
        r->promised -= rest->promised;
    }
    r->end = va;
    insert_after(&r->link, as, rest);
    return 0;
}

// True if next goes on with the same where r ends.
static bool continues(const struct region *r, const struct region *next)
{
    bool alike = r->prot == next->prot && r->denied == next->denied && r->flags == next->flags &&
                 r->ops == next->ops;
    bool same = r->file == next->file && r->shared == next->shared &&
                r->mapping_round == next->mapping_round;
    bool nothing_behind = !r->file && !r->shared; // then the offset says nothing
    return alike && same && r->end == next->start &&
           (nothing_behind || r->offset + (r->end - r->start) == next->offset);
}

void region_merge(struct addrspace *as, struct region *r, uaddr_t end, struct list *dead)
{
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
    while ((item = list_pop_front(dead)) != 0) {
        struct region *r = list_entry(item, struct region, link);
        if (r->ops->detach)
            r->ops->detach(r);
        kmem_free(&region_cache, r);
    }
}

void region_insert(struct addrspace *as, struct region *r)
{
    struct list *after = as->regions.prev; // new regions are the highest, mostly
    while (after != &as->regions && list_entry(after, struct region, link)->start > r->start)
        after = after->prev;
    insert_after(after, as, r);
}

bool region_fits(const struct addrspace *as, uaddr_t start, uaddr_t end)
{
    return in_user_half(start, end) && !region_first(&as->regions, start, end);
}

struct region *region_first(const struct list *regions, uaddr_t start, uaddr_t end)
{
    list_for_each (r, regions, struct region, link) {
        if (start < r->end)
            return r->start < end ? r : 0;
    }
    return 0;
}

bool region_allows(const struct region *r, enum access access)
{
    pte_t rights = pt_user_rights(r->prot);
    bool private = !(r->flags & REGION_SHARED) && !(r->denied & PROT_WRITE) && (rights & PTE_V);
    return (rights & access) || (access == ACCESS_FORCE && private);
}
