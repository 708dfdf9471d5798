// Small objects (kmem.h). A frame of a cache begins with a struct slab and holds as many objects
// as fit behind it; free ones are chained through their first word.
//
//     a frame's states:  partial (on the cache's list) <-> full (on no list)
//                        partial -> given back when no object of it is in use
#include "kernel/mem/kmem.h"

#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

struct slab {
    struct list link;         // partial frames
    struct kmem_cache *cache; // I
    void *free;               // chain of free objects
    uint32 used;              // objects in use
};

static uint64 objects_in_use; // a: of all caches

static struct slab *slab_make(struct kmem_cache *c)
{
    struct page *frame = page_alloc(0);
    if (!frame)
        return 0;
    struct slab *s = page_to_virt(frame);
    *s = (struct slab){.cache = c};
    char *end = (char *)s + PGSIZE;
    for (char *object = (char *)(s + 1); object + c->size <= end; object += c->size) {
        *(void **)object = s->free;
        s->free = object;
    }
    list_push_front(&c->partial, &s->link);
    return s;
}

// => c->lock held. A frame with room, 0 if there is no memory.
static struct slab *slab_with_room_locked(struct kmem_cache *c)
{
    if (!c->partial.next)
        list_init(&c->partial);
    return list_empty(&c->partial) ? slab_make(c) : list_entry(c->partial.next, struct slab, link);
}

void *kmem_alloc(struct kmem_cache *c)
{
    void *object = 0;
    if (alloc_failure_hook && alloc_failure_hook())
        return 0;
    spin_lock(&c->lock);
    struct slab *s = slab_with_room_locked(c);
    if (s) {
        object = s->free;
        s->free = *(void **)object;
        s->used++;
        if (!s->free)
            list_remove(&s->link);
    }
    spin_unlock(&c->lock);
    if (object) {
        __atomic_fetch_add(&objects_in_use, 1, __ATOMIC_RELAXED);
        memset(object, 0, c->size);
    }
    return object;
}

void kmem_free(struct kmem_cache *c, void *object)
{
    struct slab *s = (struct slab *)PGROUNDDOWN((vaddr_t)object);
    kassert(s->cache == c && s->used > 0);
    if (DEBUG_BUILD)
        memset(object, 0xdb, c->size);
    spin_lock(&c->lock);
    if (!s->free) // was full
        list_push_front(&c->partial, &s->link);
    *(void **)object = s->free;
    s->free = object;
    bool unused = --s->used == 0;
    if (unused)
        list_remove(&s->link);
    spin_unlock(&c->lock);
    if (unused)
        page_put(virt_to_page(s));
    __atomic_fetch_sub(&objects_in_use, 1, __ATOMIC_RELAXED);
}

uint64 kmem_objects(void) { return __atomic_load_n(&objects_in_use, __ATOMIC_RELAXED); }
