// Zero-filled shared regions: MAP_SHARED | MAP_ANONYMOUS.
//
// The pages belong to an object that all regions of the mapping point to, whichever space they lie
// in: a page that one of them touches first is what all the others find. Pages stay until the last
// region is gone, whoever unmaps or drops them before.
//
//     a life:  attach (mmap: made), attach (fork, a split), detach, ..., the last detach
//
// The object is a tree of frames with 512 places each, as deep as its size asks for; a branch
// exists when something in it was touched.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/counter.h"
#include "kernel/mem/kmem.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/mmu/tlb.h"

#define PLACE_BITS 9
#define PLACES     (1 << PLACE_BITS)

static_assert(PLACES * sizeof(struct page *) == PGSIZE, "a frame of the tree is full");

// I immutable; a atomic; S lock
struct shared_pages {
    int32 refs;            // a: regions
    int depth;             // I: frames on the way from root to a page
    struct sleeplock lock; // level SHARED: as->lock is held by who takes it
    struct page *root;     // S: 0: nothing was touched
};

static struct kmem_cache shared_cache = KMEM_CACHE("shared", struct shared_pages);

// What that many pages are kept in, without references yet; 0: no memory.
static struct shared_pages *create(uint64 pages)
{
    struct shared_pages *o = kmem_alloc(&shared_cache);
    if (!o)
        return 0;
    sleeplock_init(&o->lock, "shared pages", LEVEL_SHARED);
    for (o->depth = 1; pages > 1UL << (o->depth * PLACE_BITS);)
        o->depth++;
    return o;
}

static int shared_attach(struct region *r)
{
    if (!r->shared)
        r->shared = create(region_pages(r));
    if (!r->shared)
        return -ENOMEM;
    __atomic_fetch_add(&r->shared->refs, 1, __ATOMIC_RELAXED);
    return 0;
}

static void free_tree(struct page *p, int depth)
{
    struct page **place = depth > 0 ? page_to_virt(p) : 0;
    for (uint i = 0; place && i < PLACES; i++)
        if (place[i])
            free_tree(place[i], depth - 1);
    page_put(p);
}

static void shared_detach(struct region *r)
{
    struct shared_pages *o = r->shared;
    if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (o->root)
        free_tree(o->root, o->depth);
    kmem_free(&shared_cache, o);
}

// => o->lock held. The page of that index, made if nobody has touched it; 0: no memory.
static struct page *find_or_make(struct shared_pages *o, uint64 index)
{
    struct page **place = &o->root;
    for (int below = o->depth;; below--) {
        if (!*place)
            *place = page_alloc(PAGE_ZERO);
        if (!*place || below == 0)
            return *place;
        struct page **branches = page_to_virt(*place);
        place = &branches[index >> ((below - 1) * PLACE_BITS) & (PLACES - 1)];
    }
}

static int shared_fill(struct addrspace *as, struct region *r, uaddr_t va, enum access,
                       pte_t *entry, struct supply *)
{
    sleeplock_lock(&r->shared->lock);
    struct page *p = find_or_make(r->shared, (va - r->start + r->offset) >> PGSHIFT);
    sleeplock_unlock(&r->shared->lock);
    if (!p)
        return -ENOMEM;
    page_get(p); // the object keeps it meanwhile: this region holds the object
    if (r->prot & PROT_EXEC)
        tlb_new_code(&as->mmu);
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    count(C_fault_shared_map);
    return 0;
}

// The right was taken by mprotect and is back.
static int shared_store(struct region *r, uaddr_t, pte_t *entry, struct supply *)
{
    *entry |= pt_user_rights(r->prot);
    return 0;
}

const struct region_ops region_shared_ops = {
    .fill = shared_fill,
    .store = shared_store,
    .attach = shared_attach,
    .detach = shared_detach,
};
