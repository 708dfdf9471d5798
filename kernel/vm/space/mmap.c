// Mapping and unmapping at a program's wish (mmap.h).
//
// A call first cuts regions at the edges of its range, which changes nothing that a program could
// see, and gets all memory that it needs. From its commit point on nothing can fail. Regions that
// go are dropped without as->lock, since the last user of a file may have to free it.
//
// The heap, from its start to the page of the break, belongs to sbrk: its pages come and go by the
// break alone, but mprotect may change their rights.
#include "kernel/vm/space/mmap.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/inode.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/vm/space/inspect.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/space/unmap.h"
#include "kernel/vm/table/superpage.h"

static bool in_heap(const struct addrspace *as, uaddr_t start, uaddr_t end)
{
    return start < PGROUNDUP(as->heap_end) && end > as->heap_start;
}

// Returns the highest free place of that length above the heap; -ENOMEM.
static int64 highest_gap(const struct addrspace *as, uint64 length)
{
    uaddr_t top = TRAPFRAME, lowest = PGROUNDUP(as->heap_end);

    // From the highest region down; top is the lower end of the region above.
    for (struct list *at = as->regions.prev; at != &as->regions; at = at->prev) {
        const struct region *r = list_entry(at, struct region, link);
        if (r->end <= lowest || top - r->end >= length)
            break;
        top = r->start;
    }
    if (top < lowest || top - lowest < length)
        return -ENOMEM;
    return top - length;
}

// Cuts regions at the edges of the range. 0; -ENOMEM: then a region may have been cut in vain.
static int split_edges(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    int err = region_split_at(as, start);
    if (err == 0)
        err = region_split_at(as, end);
    return err;
}

// Takes out pages and regions between start and end. The regions go to the list dead.
static int take_out(struct addrspace *as, uaddr_t start, uaddr_t end, struct list *dead)
{
    if (in_heap(as, start, end))
        return -EINVAL;
    int err = split_edges(as, start, end);
    if (err != 0)
        return err;

    // commit point
    unmap_range(as, start, end);
    list_for_each_safe (r, &as->regions, struct region, link) {
        if (r->start >= end)
            break;
        if (r->end > start)
            region_remove(r, dead);
    }
    return 0;
}

// Returns where m goes, or an error. Regions that MAP_FIXED replaces go to the list dead.
static int64 make_room(struct addrspace *as, const struct map_request *m, struct list *dead)
{
    uaddr_t end = m->hint + m->length;

    if (m->flags & MAP_FIXED) {
        if (!in_user_half(m->hint, end))
            return -EINVAL;
        int err = take_out(as, m->hint, end, dead);
        return err == 0 ? (int64)m->hint : err;
    }
    if (region_fits(as, m->hint, end) && !in_heap(as, m->hint, end))
        return m->hint;
    return highest_gap(as, m->length);
}

// Returns the region of m, not placed yet; NULL if there is no memory.
static struct region *region_for(const struct map_request *m)
{
    struct region model = {
        .end = m->length,
        .prot = m->prot,
        .denied = m->denied,
        .ops = &region_anon_ops,
        .file = m->file,
        .offset = m->offset,
    };

    if (m->flags & MAP_SHARED) {
        model.flags = REGION_SHARED;
        model.ops = &region_shared_ops;
    }
    if (m->file != NULL)
        model.ops = &region_file_ops;
    return region_new(&model);
}

// Ends a call: lets go of as->lock, and then of the regions that are dead.
static void unlock_and_drop(struct addrspace *as, struct list *dead)
{
    sleeplock_unlock(&as->lock);
    regions_drop(dead);
    as_debug_check(as);
}

int64 as_mmap(struct addrspace *as, const struct map_request *wish)
{
    struct map_request m = *wish;
    struct list dead = {&dead, &dead};
    int64 at = -ENOMEM;

    if (m.length > TRAPFRAME)
        return -ENOMEM;
    m.length = PGROUNDUP(m.length);
    struct region *r = region_for(&m);
    if (r == NULL)
        return -ENOMEM;

    sleeplock_lock(&as->lock);
    if (!regions_full(as))
        at = make_room(as, &m, &dead);
    if (at >= 0) { // commit point
        r->start = at;
        r->end = at + m.length;
        region_insert(as, r);
        region_merge(as, r, r->end, &dead);
    } else {
        list_push_back(&dead, &r->link);
    }
    unlock_and_drop(as, &dead);
    return at;
}

int as_munmap(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    struct list dead = {&dead, &dead};

    sleeplock_lock(&as->lock);
    int err = take_out(as, start, end, &dead);
    unlock_and_drop(as, &dead);
    return err;
}

// 0: regions cover the range without a gap, and all of them may have these rights; -ENOMEM;
// -EACCES.
// => as->lock held
static int check_covered(const struct addrspace *as, uaddr_t start, uaddr_t end, int prot)
{
    int denied = 0;

    list_for_each (r, &as->regions, struct region, link) {
        if (r->end <= start)
            continue;
        if (r->start > start)
            break;
        denied |= r->denied;
        start = r->end;
        if (start >= end)
            return denied & prot ? -EACCES : 0;
    }
    return -ENOMEM;
}

int as_check_mapped(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    sleeplock_lock(&as->lock);
    int err = check_covered(as, start, end, 0);
    sleeplock_unlock(&as->lock);
    return err;
}

int as_protect(struct addrspace *as, uaddr_t start, uaddr_t end, int prot)
{
    struct list dead = {&dead, &dead};

    sleeplock_lock(&as->lock);
    int err = check_covered(as, start, end, prot);
    if (err == 0)
        err = split_edges(as, start, end);
    if (err == 0) { // commit point
        protect_range(as, start, end, prot);
        region_merge(as, region_find(&as->regions, start), end, &dead);
    }
    unlock_and_drop(as, &dead);
    return err;
}

// Returns how many promised pages of the heap in the range have been touched. => as->lock held;
// regions cover the range, and no 2 MiB leaf lies across its edges
static uint64 spent_promises(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;

    list_for_each (r, &as->regions, struct region, link) {
        if ((r->flags & REGION_RESERVED) && region_meets(r, start, end))
            pages += mapped_pages(as, max_u64(r->start, start), min_u64(r->end, end));
    }
    return pages;
}

static int drop_pages_locked(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    int err = check_covered(as, start, end, 0);
    if (err != 0)
        return err;

    // Pages of a promised heap must be promised again before they are dropped.
    super_split_at(as, start);
    super_split_at(as, end);
    if (page_promise(spent_promises(as, start, end)) < 0)
        return -ENOMEM;

    // commit point
    list_for_each (r, &as->regions, struct region, link) {
        if (!region_meets(r, start, end))
            continue;
        uint64 pages = unmap_range(as, max_u64(r->start, start), min_u64(r->end, end));
        if (r->flags & REGION_RESERVED)
            r->promised += pages;
    }
    return 0;
}

int as_drop_pages(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    sleeplock_lock(&as->lock);
    int err = drop_pages_locked(as, start, end);
    sleeplock_unlock(&as->lock);
    as_debug_check(as);
    return err;
}

int as_read_ahead(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    int err = as_check_mapped(as, start, end);

    // Region by region. A read begins without as->lock, so the next region is looked up anew; if it
    // is gone by then, there is nothing more to do.
    while (err == 0 && start < end) {
        struct region r = {.end = end};
        sleeplock_lock(&as->lock);
        const struct region *found = region_find(&as->regions, start);
        if (found != NULL)
            r = *found;
        if (r.file != NULL)
            inode_dup(r.file);
        sleeplock_unlock(&as->lock);

        uaddr_t next = min_u64(r.end, end);
        if (r.file != NULL)
            inode_read_ahead(r.file, region_page(&r, start), (next - start) >> PGSHIFT);
        inode_put(r.file);
        start = next;
        if (thread_killed())
            err = -EINTR;
    }
    return err;
}
