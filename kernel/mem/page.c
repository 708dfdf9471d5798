// Frames of RAM (page.h): the account, references, and the way from a request to a frame.
//
//     page_alloc:  take 1 from `available`  ->  this hart's cache  ->  free lists (buddy.c)
//                  ->  other harts' caches  ->  frames that kmem and the block cache give back
//
// The account is one atomic word, so a request that it grants cannot lose its frame to a promise.
// What is granted but not found is a frame on its way between two lists, or one that a cache
// pinned meanwhile: the caller gets 0 and the account is put right.
//
// Each hart keeps some single frames, last in first out: they are warm, and the common case
// touches no shared line but the account. A cache's lock is its hart's in practice; others take
// it to drain the cache when memory is short.
#include "kernel/mem/page.h"

#include "kernel/arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/buddy.h"
#include "kernel/mem/kmem.h"

#define BATCH      16 // frames that move between a hart's cache and the free lists at once
#define CACHE_MAX  64 // frames that a hart keeps
#define FIND_TRIES 4  // looks at all lists before a granted frame counts as not there

struct hart_cache {
    struct spinlock lock;
    struct list frames; // guarded by lock
    uint count;         // frames in it; guarded by lock
} __attribute__((aligned(64)));

struct page *page_frames;
uint64 page_first, page_count;
struct page *zero_page;
bool (*alloc_failure_hook)(void);

static struct hart_cache hart_caches[NCPU];
static int64 available;       // a: free + reclaimable - promised
static int64 promised;        // a
static int64 reclaimable;     // a
static bool (*reclaim)(void); // I: set at boot

static void add(int64 *word, int64 n)
{
    __atomic_fetch_add(word, n, __ATOMIC_ACQ_REL);
}

static int64 get(const int64 *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static bool take_available(int64 n)
{
    int64 now = get(&available);
    do {
        if (now < n)
            return false;
    } while (!__atomic_compare_exchange_n(&available, &now, now - n, true, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    return true;
}

static bool made_to_fail(void)
{
    return alloc_failure_hook && alloc_failure_hook();
}

void page_init(paddr_t start, paddr_t end)
{
    page_frames = phys_to_virt(start);
    page_first = start >> PGSHIFT;
    page_count = (end >> PGSHIFT) - page_first;
    uint64 bytes = page_count * sizeof(struct page);
    memset(page_frames, 0, bytes);
    buddy_init();
    for (uint i = 0; i < NCPU; i++) {
        spin_init(&hart_caches[i].lock, "page cache", LEVEL_PAGE);
        list_init(&hart_caches[i].frames);
    }
    uint64 first_free = PGROUNDUP(start + bytes) >> PGSHIFT;
    for (uint64 i = 0; i < first_free - page_first; i++)
        page_frames[i].flags = PG_RESERVED;
    buddy_add(first_free, page_first + page_count);
    available = page_first + page_count - first_free;
    zero_page = page_alloc(PAGE_ZERO);
    kassert(zero_page);
    zero_page->flags |= PG_RESERVED;
}

// This hart's cache takes in frames, and passes some on if it is too full.
static void cache_add(struct hart_cache *c, struct list *frames, uint n)
{
    struct list surplus;
    list_init(&surplus);
    spin_lock(&c->lock);
    for (struct list *l; (l = list_pop_front(frames)) != 0;)
        list_push_front(&c->frames, l);
    c->count += n;
    if (c->count > CACHE_MAX) {
        for (uint i = 0; i < BATCH; i++) {
            struct list *oldest = c->frames.prev;
            list_remove(oldest);
            list_push_back(&surplus, oldest);
        }
        c->count -= BATCH;
    }
    spin_unlock(&c->lock);
    if (!list_empty(&surplus))
        buddy_give_all(&surplus);
}

static struct page *cache_pop(struct hart_cache *c)
{
    spin_lock(&c->lock);
    struct list *l = list_pop_front(&c->frames);
    if (l)
        c->count--;
    spin_unlock(&c->lock);
    return l ? list_entry(l, struct page, link) : 0;
}

static struct page *take_frame(void)
{
    irq_off();
    struct hart_cache *c = &hart_caches[this_cpu()->index];
    struct page *p = cache_pop(c);
    if (!p) {
        struct list batch;
        list_init(&batch);
        uint n = buddy_take_some(&batch, BATCH);
        if (n > 0)
            p = list_entry(list_pop_front(&batch), struct page, link);
        if (n > 1)
            cache_add(c, &batch, n - 1);
    }
    irq_on();
    return p;
}

// Gives all harts' frames back to the free lists, where they can be found and joined.
static bool drain_caches(void)
{
    bool any = false;
    for (uint i = 0; i < NCPU; i++) {
        struct list frames;
        list_init(&frames);
        spin_lock(&hart_caches[i].lock);
        for (struct list *l; (l = list_pop_front(&hart_caches[i].frames)) != 0;)
            list_push_back(&frames, l);
        hart_caches[i].count = 0;
        spin_unlock(&hart_caches[i].lock);
        any |= !list_empty(&frames);
        buddy_give_all(&frames);
    }
    return any;
}

// One frame more than before is on some free list.
static bool make_room(enum page_flags flags)
{
    if (drain_caches())
        return true;
    if (flags & PAGE_NORECLAIM)
        return false;
    return kmem_reclaim() || (reclaim && reclaim());
}

static struct page *find_frame(enum page_flags flags)
{
    for (int tries = 0; tries < FIND_TRIES; tries++) {
        do {
            struct page *p = take_frame();
            if (p)
                return p;
        } while (make_room(flags));
    }
    return 0;
}

static struct page *start_use(struct page *p, enum page_flags flags)
{
    debug_assert(p->refs == 0 && !(p->flags & (PG_FREE | PG_RESERVED)));
    __atomic_store_n(&p->refs, 1, __ATOMIC_RELEASE);
    if (flags & PAGE_ZERO)
        for (uint64 i = 0; i < 1UL << p->order; i++)
            page_zero(page_to_virt(p + i));
    return p;
}

struct page *page_alloc(enum page_flags flags)
{
    bool spend = flags & PAGE_PROMISED;
    if (!spend && (made_to_fail() || !take_available(1)))
        return 0;
    struct page *p = find_frame(flags);
    if (p && spend)
        add(&promised, -1);
    if (!p && !spend)
        add(&available, 1);
    return p ? start_use(p, flags) : 0;
}

struct page *page_alloc_order(uint order, enum page_flags flags)
{
    if (order == 0)
        return page_alloc(flags);
    kassert(order <= PAGE_ORDER_MAX && !(flags & PAGE_PROMISED));
    if (made_to_fail() || !take_available(1L << order))
        return 0;
    struct page *p = buddy_take(order);
    if (!p && drain_caches())
        p = buddy_take(order);
    if (!p) {
        add(&available, 1L << order);
        return 0;
    }
    return start_use(p, flags);
}

void page_free(struct page *p)
{
    uint order = p->order;
    if (DEBUG_BUILD)
        memset(page_to_virt(p), 0xdb, (size_t)PGSIZE << order);
    if (order > 0) {
        buddy_give(p);
    } else {
        struct list one;
        list_init(&one);
        list_push_back(&one, &p->link);
        irq_off();
        cache_add(&hart_caches[this_cpu()->index], &one, 1);
        irq_on();
    }
    add(&available, 1L << order);
}

int page_promise(uint64 n)
{
    if (made_to_fail() || n > page_count || !take_available(n))
        return -ENOMEM;
    add(&promised, n);
    return 0;
}

void page_unpromise(uint64 n)
{
    add(&promised, -(int64)n);
    add(&available, n);
}

void page_reclaimable(int64 n)
{
    add(&reclaimable, n);
    add(&available, n);
}

bool page_take_reclaimable(void)
{
    if (!take_available(1))
        return false;
    add(&reclaimable, -1);
    return true;
}

void page_set_reclaim(bool (*hook)(void))
{
    reclaim = hook;
}

void page_stats(struct page_stats *s)
{
    int64 now = get(&available);
    s->promised = get(&promised);
    s->reclaimable = get(&reclaimable);
    s->free = now + s->promised - s->reclaimable;
    s->available = now > 0 ? now : 0;
    s->total = page_count;
}

void page_check(void)
{
    uint64 listed = buddy_check();
    for (uint i = 0; i < NCPU; i++) {
        struct hart_cache *c = &hart_caches[i];
        uint n = 0;
        spin_lock(&c->lock);
        list_for_each(p, &c->frames, struct page, link)
        {
            kassert(p->refs == 0 && p->order == 0 && !(p->flags & (PG_FREE | PG_RESERVED)));
            n++;
        }
        kassert(n == c->count);
        listed += n;
        spin_unlock(&c->lock);
    }
    // Other harts may be at work: the account can be checked only when there are none.
    struct page_stats s;
    page_stats(&s);
    kassert(cpu_count > 1 || listed == s.free);
}
