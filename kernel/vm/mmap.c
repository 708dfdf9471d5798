// Mapping and unmapping at a program's wish (mmap.h).
//
// A call first makes regions begin and end at the edges of its range, which changes nothing that a
// program could see, and gets all memory that it needs. From its commit point on nothing can fail.
// Regions that go are dropped without as->lock, since the last user of a file may have to free it.
//
// The heap, from its start to the page of the break, is sbrk's: its pages come and go by the break
// alone, but their rights may change.
#include "kernel/vm/mmap.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/inode.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/vm/region.h"
#include "kernel/vm/superpage.h"
#include "kernel/vm/unmap.h"

static bool in_heap(const struct addrspace *as, uaddr_t start, uaddr_t end)
{
    return start < PGROUNDUP(as->heap_end) && end > as->heap_start;
}

// The highest free place of that length above the heap; -ENOMEM.
static int64 highest_gap(const struct addrspace *as, uint64 length)
{
    uaddr_t top = TRAPFRAME, lowest = PGROUNDUP(as->heap_end);
    for (struct list *at = as->regions.prev; at != &as->regions; at = at->prev) {
        const struct region *r = list_entry(at, struct region, link);
        if (r->end <= lowest || top - r->end >= length)
            break;
        top = r->start;
    }
    return top >= lowest && top - lowest >= length ? (int64)(top - length) : -ENOMEM;
}

// Makes regions begin and end at the edges of the range. 0; -ENOMEM: then there may be an edge more
// than is needed.
static int split_edges(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    int e = region_split_at(as, start);
    return e ? e : region_split_at(as, end);
}

// Takes out all between start and end.
static int take_out(struct addrspace *as, uaddr_t start, uaddr_t end, struct list *dead)
{
    if (in_heap(as, start, end))
        return -EINVAL;
    int e = split_edges(as, start, end);
    if (e)
        return e;
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

// Where m goes; what is there now goes to dead.
static int64 make_room(struct addrspace *as, const struct map_request *m, struct list *dead)
{
    uaddr_t end = m->hint + m->length;
    if (m->flags & MAP_FIXED) {
        int e = in_user_half(m->hint, end) ? take_out(as, m->hint, end, dead) : -EINVAL;
        return e ? e : (int64)m->hint;
    }
    if (region_fits(as, m->hint, end) && !in_heap(as, m->hint, end))
        return m->hint;
    return highest_gap(as, m->length);
}

// The region of m, placed nowhere yet.
static struct region *region_for(const struct map_request *m)
{
    bool shared = m->flags & MAP_SHARED;
    return region_new(&(struct region){
        .end = m->length,
        .prot = m->prot,
        .denied = m->denied,
        .flags = shared ? REGION_SHARED : 0,
        .ops = m->file  ? &region_file_ops
               : shared ? &region_shared_ops
                        : &region_anon_ops,
        .file = m->file,
        .offset = m->offset,
    });
}

int64 as_mmap(struct addrspace *as, const struct map_request *wish)
{
    struct map_request m = *wish;
    if (m.length > TRAPFRAME)
        return -ENOMEM;
    m.length = PGROUNDUP(m.length);
    struct region *r = region_for(&m);
    if (!r)
        return -ENOMEM;
    struct list dead = {&dead, &dead};
    sleeplock_lock(&as->lock);
    int64 at = regions_full(as) ? -ENOMEM : make_room(as, &m, &dead);
    if (at >= 0) {
        r->start = at;
        r->end = at + m.length;
        region_insert(as, r);
        region_merge(as, r, r->end, &dead);
    } else {
        list_push_back(&dead, &r->link);
    }
    sleeplock_unlock(&as->lock);
    regions_drop(&dead);
    as_debug_check(as);
    return at;
}

int as_munmap(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    struct list dead = {&dead, &dead};
    sleeplock_lock(&as->lock);
    int e = take_out(as, start, end, &dead);
    sleeplock_unlock(&as->lock);
    regions_drop(&dead);
    as_debug_check(as);
    return e;
}

// => as->lock held. 0: regions cover the range, and all may have these rights; -ENOMEM; -EACCES.
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

int as_mapped(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    sleeplock_lock(&as->lock);
    int e = check_covered(as, start, end, 0);
    sleeplock_unlock(&as->lock);
    return e;
}

int as_protect(struct addrspace *as, uaddr_t start, uaddr_t end, int prot)
{
    struct list dead = {&dead, &dead};
    sleeplock_lock(&as->lock);
    int e = check_covered(as, start, end, prot);
    if (e == 0)
        e = split_edges(as, start, end);
    if (e == 0) { // commit point
        protect_range(as, start, end, prot);
        region_merge(as, region_find(&as->regions, start), end, &dead);
    }
    sleeplock_unlock(&as->lock);
    regions_drop(&dead);
    as_debug_check(as);
    return e;
}

// => the range is covered, and no 2 MiB leaf lies across its edges. Pages of the heap in it that
// have been promised, and have been touched since.
static uint64 spent_promises(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    uint64 pages = 0;
    list_for_each (r, &as->regions, struct region, link) {
        if ((r->flags & REGION_RESERVED) && region_meets(r, start, end))
            pages += mapped_pages(as, max_u64(r->start, start), min_u64(r->end, end));
    }
    return pages;
}

static int forget_locked(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    int e = check_covered(as, start, end, 0);
    if (e)
        return e;
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

int as_forget(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    sleeplock_lock(&as->lock);
    int e = forget_locked(as, start, end);
    sleeplock_unlock(&as->lock);
    as_debug_check(as);
    return e;
}

// Region by region, each looked up anew, since reading is begun without as->lock.
int as_want(struct addrspace *as, uaddr_t start, uaddr_t end)
{
    int e = as_mapped(as, start, end);
    while (e == 0 && start < end) {
        sleeplock_lock(&as->lock);
        const struct region *r = region_find(&as->regions, start);
        uaddr_t next = r ? min_u64(r->end, end) : end; // it may be gone by now
        uint64 first = r ? (start - r->start + r->offset) >> PGSHIFT : 0;
        struct inode *file = r && r->file ? inode_dup(r->file) : 0;
        sleeplock_unlock(&as->lock);
        if (file)
            inode_read_ahead(file, first, (next - start) >> PGSHIFT);
        inode_put(file);
        start = next;
        if (thread_killed())
            e = -EINTR;
    }
    return e;
}
