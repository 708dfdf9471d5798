// Small objects (kmem.h). A frame of a cache begins with a struct slab and holds as many objects
// as fit behind it; free ones are chained through their first word.
//
//     a frame's states:  partial (on the cache's list) <-> full (on no list);
//                        partial -> empty (kept, or given back)
//
// The cache's lock is let go before a frame is asked for, since that may call kmem_reclaim.
#include "kernel/mem/kmem.h"

#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

struct slab {
    struct list link;         // partial frames
    struct kmem_cache *cache; // I
    void *free;               // chain of free objects
    uint32 used;              // objects in use
};

#define OBJECT_MAX 2000

static struct kmem_cache *caches; // a: all caches that were used, chained through next

static uint64 object_size(const struct kmem_cache *c)
{
    return (c->size + 7) & ~7UL;
}

// => c->lock held
static void enlist_locked(struct kmem_cache *c)
{
    kassert(c->size > 0 && c->size <= OBJECT_MAX);
    list_init(&c->partial);
    c->listed = true;
    c->next = __atomic_load_n(&caches, __ATOMIC_ACQUIRE);
    while (!__atomic_compare_exchange_n(&caches, &c->next, c, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
        ;
}

static struct slab *slab_make(struct kmem_cache *c, struct page *frame)
{
    struct slab *s = page_to_virt(frame);
    *s = (struct slab){.cache = c};
    char *end = (char *)s + PGSIZE;
    uint64 size = object_size(c);
    for (char *object = (char *)(s + 1); object + size <= end; object += size) {
        *(void **)object = s->free;
        s->free = object;
    }
    return s;
}

// => c->lock held. A frame with room that is there already, 0 if none may be used.
static struct slab *slab_with_room_locked(struct kmem_cache *c)
{
    if (!list_empty(&c->partial))
        return list_entry(c->partial.next, struct slab, link);
    struct slab *s = c->empty;
    if (!s || !page_take_reclaimable())
        return 0;
    c->empty = 0;
    list_push_front(&c->partial, &s->link);
    return s;
}

// => c->lock held
static void *slab_take_locked(struct kmem_cache *c, struct slab *s)
{
    void *object = s->free;
    s->free = *(void **)object;
    s->used++;
    c->in_use++;
    if (!s->free)
        list_remove(&s->link);
    return object;
}

void *kmem_alloc(struct kmem_cache *c)
{
    if (alloc_failure_hook && alloc_failure_hook())
        return 0;
    spin_lock(&c->lock);
    if (!c->listed)
        enlist_locked(c);
    struct slab *s = slab_with_room_locked(c);
    if (!s) {
        spin_unlock(&c->lock);
        struct page *frame = page_alloc(0);
        if (!frame)
            return 0;
        s = slab_make(c, frame);
        spin_lock(&c->lock);
        list_push_front(&c->partial, &s->link);
    }
    void *object = slab_take_locked(c, s);
    spin_unlock(&c->lock);
    memset(object, 0, c->size);
    return object;
}

// => c->lock held. Nothing of s is in use any more: keeps it, or returns it for page_put.
static struct slab *slab_retire_locked(struct kmem_cache *c, struct slab *s)
{
    list_remove(&s->link);
    if (c->empty)
        return s;
    c->empty = s;
    page_reclaimable(1);
    return 0;
}

void kmem_free(struct kmem_cache *c, void *object)
{
    struct slab *s = (struct slab *)PGROUNDDOWN((vaddr_t)object);
    struct slab *surplus = 0;
    kassert(s->cache == c && s->used > 0);
    if (DEBUG_BUILD)
        memset(object, 0xdb, c->size);
    spin_lock(&c->lock);
    if (!s->free) // was full
        list_push_front(&c->partial, &s->link);
    *(void **)object = s->free;
    s->free = object;
    c->in_use--;
    if (--s->used == 0)
        surplus = slab_retire_locked(c, s);
    spin_unlock(&c->lock);
    if (surplus)
        page_put(virt_to_page(surplus));
}

uint64 kmem_objects(void)
{
    uint64 n = 0;
    for (struct kmem_cache *c = __atomic_load_n(&caches, __ATOMIC_ACQUIRE); c; c = c->next)
        n += __atomic_load_n(&c->in_use, __ATOMIC_RELAXED);
    return n;
}

bool kmem_reclaim(void)
{
    for (struct kmem_cache *c = __atomic_load_n(&caches, __ATOMIC_ACQUIRE); c; c = c->next) {
        spin_lock(&c->lock);
        struct slab *s = c->empty;
        c->empty = 0;
        spin_unlock(&c->lock);
        if (s) {
            page_reclaimable(-1);
            page_put(virt_to_page(s));
            return true;
        }
    }
    return false;
}
