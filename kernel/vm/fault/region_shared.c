// Zero-filled shared regions: MAP_SHARED | MAP_ANONYMOUS.
//
// The pages belong to an object to which all regions of the mapping point, whichever space they lie
// in. A page that is touched through one region first is found through all others. The pages stay
// until the last region is gone, even if some regions unmap or drop them before.
//
//     a life:  attach (mmap: the object is made), attach (fork, a split), detach, ..., the last
//              detach: the object is freed
//
// The object is a tree of frames with 512 places each, as deep as its size demands. A frame of the
// tree exists if a page below it was touched.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/counter.h"
#include "kernel/mem/kmem.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/mmu/tlb.h"

#define PLACE_BITS 9
#define PLACES     (1 << PLACE_BITS)

static_assert(PLACES * sizeof(struct page *) == PGSIZE, "the places fill a frame");

// I immutable; a atomic; S lock
struct shared_pages {
    int32 refs;            // a: regions
    int depth;             // I: frames on the way from root to a page
    struct sleeplock lock; // level SHARED: taken with as->lock held
    struct page *root;     // S: NULL: nothing was touched
};

static struct kmem_cache shared_cache = KMEM_CACHE("shared", struct shared_pages);

// Returns an object for that many pages, without references yet; NULL if there is no memory.
static struct shared_pages *create_object(uint64 pages)
{
    struct shared_pages *o = kmem_alloc(&shared_cache);
    if (o == NULL)
        return NULL;

    sleeplock_init(&o->lock, "shared pages", LEVEL_SHARED);
    o->depth = 1;
    while (pages > 1UL << (o->depth * PLACE_BITS))
        o->depth++;
    return o;
}

static int attach_object(struct region *r)
{
    if (r->shared == NULL)
        r->shared = create_object(region_pages(r));
    if (r->shared == NULL)
        return -ENOMEM;
    __atomic_fetch_add(&r->shared->refs, 1, __ATOMIC_RELAXED);
    return 0;
}

// Frees p and what is below it: depth levels of the tree, the last of which are the pages.
static void free_tree(struct page *p, int depth)
{
    struct page **place = page_to_virt(p);

    for (uint i = 0; depth > 0 && i < PLACES; i++) {
        if (place[i] != NULL)
            free_tree(place[i], depth - 1);
    }
    page_put(p);
}

static void detach_object(struct region *r)
{
    struct shared_pages *o = r->shared;

    if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (o->root != NULL)
        free_tree(o->root, o->depth);
    kmem_free(&shared_cache, o);
}

// Returns the page of that index, and makes it if nobody has touched it; NULL if there is no
// memory.
// => o->lock held
static struct page *find_or_make_page(struct shared_pages *o, uint64 index)
{
    struct page **place = &o->root;

    for (int below = o->depth;; below--) {
        if (*place == NULL)
            *place = page_alloc(PAGE_ZERO);
        if (*place == NULL || below == 0)
            return *place;
        struct page **places = page_to_virt(*place);
        place = &places[index >> ((below - 1) * PLACE_BITS) & (PLACES - 1)];
    }
}

static int fill_shared(struct addrspace *as, struct region *r, uaddr_t va, enum access,
                       pte_t *entry, struct supply *)
{
    sleeplock_lock(&r->shared->lock);
    struct page *p = find_or_make_page(r->shared, region_page(r, va));
    sleeplock_unlock(&r->shared->lock);
    if (p == NULL)
        return -ENOMEM;

    // This region holds the object, and the object holds the page: it is still there.
    page_get(p);
    if (r->prot & PROT_EXEC)
        tlb_fence_code(&as->mmu);
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    count(C_fault_shared_map);
    return 0;
}

// mprotect took the right to write, and has given it back since.
static int allow_shared_store(struct region *r, uaddr_t, pte_t *entry, struct supply *)
{
    *entry |= pt_user_rights(r->prot);
    return 0;
}

const struct region_ops region_shared_ops = {
    .fill = fill_shared,
    .allow_store = allow_shared_store,
    .attach = attach_object,
    .detach = detach_object,
};
