// Small objects (kmem.h). A frame of a cache begins with a struct slab; behind it lie as many
// objects as fit. The free ones are chained through their first word.
//
//     a frame's states:  partial (on the cache's list) <-> full (on no list)
//                        partial -> given back when its last object is freed
#include "kernel/mem/kmem.h"

#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

// I immutable; all else the cache's lock
struct slab {
    struct list link;         // in the cache's partial
    struct kmem_cache *cache; // I
    void *free;               // chain of free objects
    uint32 used;              // how many objects are in use
};

static uint64 objects_in_use; // a: of all caches

// Adds a frame to the cache. Returns NULL if there is no memory. => c->lock held
static struct slab *slab_make_locked(struct kmem_cache *c)
{
    struct page *frame = page_alloc(0);
    if (frame == NULL)
        return NULL;

    struct slab *s = page_to_virt(frame);
    *s = (struct slab){.cache = c};

    // Chain as many objects as fit behind the struct slab.
    char *end = (char *)s + PGSIZE;
    for (char *object = (char *)(s + 1); object + c->size <= end; object += c->size) {
        *(void **)object = s->free;
        s->free = object;
    }
    list_push_front(&c->partial, &s->link);
    return s;
}

// Returns a frame with room; NULL if there is no memory. => c->lock held
static struct slab *slab_with_room_locked(struct kmem_cache *c)
{
    if (c->partial.next == NULL)
        list_init(&c->partial);
    if (list_empty(&c->partial))
        return slab_make_locked(c);
    return list_entry(c->partial.next, struct slab, link);
}

void *kmem_alloc(struct kmem_cache *c)
{
    void *object = NULL;

    if (alloc_failure_hook != NULL && alloc_failure_hook())
        return NULL;
    spin_lock(&c->lock);
    struct slab *s = slab_with_room_locked(c);
    if (s != NULL) {
        object = s->free;
        s->free = *(void **)object;
        s->used++;
        if (s->free == NULL) // full now: full slabs are in no list
            list_remove(&s->link);
    }
    spin_unlock(&c->lock);

    if (object != NULL) {
        __atomic_fetch_add(&objects_in_use, 1, __ATOMIC_RELAXED);
        memset(object, 0, c->size);
    }
    return object;
}

void kmem_free(struct kmem_cache *c, void *object)
{
    struct slab *s = (struct slab *)PGROUNDDOWN((vaddr_t)object);

    // Catches an object of another cache, and a pointer that is none of kmem_alloc's.
    kassert(s->cache == c && s->used > 0);
    if (DEBUG_BUILD)
        memset(object, 0xdb, c->size);

    spin_lock(&c->lock);
    if (s->free == NULL) // it was full, and on no list
        list_push_front(&c->partial, &s->link);
    *(void **)object = s->free;
    s->free = object;
    s->used--;
    bool unused = s->used == 0;
    if (unused)
        list_remove(&s->link);
    spin_unlock(&c->lock);

    // Without the lock: it is not needed any more, and page_put takes others.
    if (unused)
        page_put(virt_to_page(s));
    __atomic_fetch_sub(&objects_in_use, 1, __ATOMIC_RELAXED);
}

uint64 kmem_objects(void) { return __atomic_load_n(&objects_in_use, __ATOMIC_RELAXED); }
