// Frames of RAM (page.h): the account, references, and the way from a request to a frame.
//
//     page_alloc:  take 1 from `available`  ->  this hart's cache  ->  free lists (buddy.c)
//                  ->  other harts' caches  ->  frames that the block cache gives back
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

#define BATCH     16 // frames that an empty cache takes at once
#define CACHE_MAX 64 // frames that a hart keeps; one more, and all go back
#define RESERVE                                                                                    \
    64 // frames that only page_may_use_reserve gets: a person at the prompt can end what has taken
       // all
#define FIND_TRIES 16 // looks at all lists before a granted frame counts as not there

static struct hart_cache {
    struct spinlock lock;
    struct list frames; // guarded by lock
    uint count;         // frames in it; guarded by lock
} __attribute__((aligned(64))) hart_caches[NCPU];

struct page *page_frames;
uint64 page_first, page_count;
struct page *zero_page;
bool (*alloc_failure_hook)(void);
bool (*page_may_use_reserve)(void);
bool (*page_reclaim_hook)(void);

// a: free + reclaimable - mapped - promised - RESERVE; less than 0: somebody has some of that
static int64 available;
static int64 promised;    // a
static int64 reclaimable; // a
static int64 mapped;      // a: frames marked PG_CACHE with more than one reference

static void add(int64 *word, int64 n) { __atomic_fetch_add(word, n, __ATOMIC_ACQ_REL); }

static int64 get(const int64 *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static bool has_reserve(void) { return page_may_use_reserve != NULL && page_may_use_reserve(); }

static bool take_available(int64 n)
{
    if (alloc_failure_hook && alloc_failure_hook())
        return false;
    int64 now = get(&available);
    do {
        if (now < n && (now + RESERVE < n || !has_reserve()))
            return false;
    } while (!__atomic_compare_exchange_n(&available, &now, now - n, true, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    return true;
}

void page_init(paddr_t start, paddr_t end)
{
    page_frames = phys_to_virt(start);
    page_first = start >> PGSHIFT;
    page_count = (end >> PGSHIFT) - page_first;
    uint64 bytes = page_count * sizeof(struct page);
    memset(page_frames, 0, bytes);
    for (uint i = 0; i < NCPU; i++) {
        spin_init(&hart_caches[i].lock, "kmem.hart", LEVEL_PAGE_HART);
        list_init(&hart_caches[i].frames);
    }
    uint64 own = PGROUNDUP(bytes) >> PGSHIFT; // the array's frames are never free
    buddy_init(page_first + own, page_first + page_count);
    available = page_count - own - RESERVE;
    zero_page = page_alloc(PAGE_ZERO);
    kassert(zero_page);
    zero_page->flags |= PG_RESERVED;
}

static void drain(struct hart_cache *c)
{
    c->count = 0;
    buddy_give(&c->frames);
}

// This hart's cache, locked.
static struct hart_cache *lock_own_cache(void)
{
    irq_off();
    struct hart_cache *c = &hart_caches[this_cpu()->index];
    spin_lock(&c->lock);
    irq_on();
    return c;
}

static struct page *take_frame(void)
{
    struct hart_cache *c = lock_own_cache();
    if (c->count == 0)
        c->count = buddy_take(&c->frames, 0, BATCH);
    struct list *l = list_pop_front(&c->frames);
    c->count -= l != 0;
    spin_unlock(&c->lock);
    return l ? list_entry(l, struct page, link) : 0;
}

static struct page *take_block(uint order)
{
    struct list block;
    list_init(&block);
    return buddy_take(&block, order, 1) ? list_entry(list_pop_front(&block), struct page, link) : 0;
}

// Gives all harts' frames back to the free lists, where they can be found and joined.
static bool drain_all(void)
{
    bool any = false;
    for (struct hart_cache *c = hart_caches; c < &hart_caches[NCPU]; c++) {
        spin_lock(&c->lock);
        any |= c->count > 0;
        drain(c);
        spin_unlock(&c->lock);
    }
    return any;
}

// Others may take what was drained or reclaimed, so it looks several times.
static struct page *find(uint order)
{
    for (int tries = 0; tries < FIND_TRIES; tries++) {
        struct page *p = order > 0 ? take_block(order) : take_frame();
        if (p)
            return p;
        if (drain_all())
            continue;
        if (order > 0)
            break;
        if (page_reclaim_hook)
            page_reclaim_hook();
    }
    return 0;
}

struct page *page_alloc_order(uint order, enum page_flags flags)
{
    int64 n = 1L << order;
    bool spend = flags & PAGE_PROMISED;
    kassert(order <= PAGE_ORDER_MAX);
    if (spend)
        add(&promised, -n);
    else if (!take_available(n))
        return 0;
    struct page *p = find(order);
    if (!p) {
        add(spend ? &promised : &available, n);
        return 0;
    }
    debug_assert(p->refs == 0 && !(p->flags & (PG_FREE | PG_RESERVED)));
    p->flags |= flags & PAGE_CACHE ? PG_CACHE : 0;
    __atomic_store_n(&p->refs, 1, __ATOMIC_RELEASE);
    for (int64 i = 0; i < n && (flags & PAGE_ZERO); i++)
        page_zero(page_to_virt(p + i));
    return p;
}

void page_free(struct page *p)
{
    int64 n = 1L << p->order;
    p->flags &= ~PG_CACHE;
    if (DEBUG_BUILD)
        memset(page_to_virt(p), 0xdb, n * PGSIZE);
    struct hart_cache *c = lock_own_cache();
    list_push_front(&c->frames, &p->link);
    c->count++;
    if (n > 1 || c->count > CACHE_MAX) // blocks do not stay here
        drain(c);
    spin_unlock(&c->lock);
    add(&available, n);
}

struct page *page_alloc_block(enum page_flags flags)
{
    struct page *first = page_alloc_order(PAGE_ORDER_MAX, flags);
    for (uint i = 0; first && i < BLOCK_FRAMES; i++) {
        first[i].order = 0;
        first[i].refs = 1;
    }
    return first;
}

void page_get_block(struct page *first)
{
    for (uint i = 0; i < BLOCK_FRAMES; i++)
        page_get(first + i);
}

// Frames that are freed together go back as the block that they were.
void page_put_block(struct page *first)
{
    uint freed = 0;
    struct list unused, *item;
    list_init(&unused);
    for (struct page *p = first; p < first + BLOCK_FRAMES; p++) {
        if (page_drop(p)) {
            list_push_back(&unused, &p->link);
            freed++;
        }
    }
    if (freed == BLOCK_FRAMES) {
        first->order = PAGE_ORDER_MAX;
        page_free(first);
        return;
    }
    while ((item = list_pop_front(&unused)) != 0)
        page_free(list_entry(item, struct page, link));
}

bool page_block_is_single(const struct page *first)
{
    uint i = 0;
    while (i < BLOCK_FRAMES && page_refs(first + i) == 1)
        i++;
    return i == BLOCK_FRAMES;
}

int page_promise(uint64 n)
{
    if (n > page_count || !take_available(n))
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

void page_count_mapped(int64 n)
{
    add(&mapped, n);
    add(&available, -n);
}

uint64 page_mapped(void) { return get(&mapped); }

bool page_hold(struct page *p)
{
    if (p->flags & PG_RESERVED)
        return true;
    int32 refs = page_refs(p);
    while (refs > 1) // counted already
        if (__atomic_compare_exchange_n(&p->refs, &refs, refs + 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    if (!take_available(1))
        return false;
    if (__atomic_fetch_add(&p->refs, 1, __ATOMIC_RELAXED) == 1)
        add(&mapped, 1);
    else
        add(&available, 1); // another was faster
    return true;
}

void page_stats(struct page_stats *s)
{
    int64 now = get(&available);
    s->promised = get(&promised);
    s->reclaimable = get(&reclaimable);
    s->free = now + RESERVE + s->promised - s->reclaimable + get(&mapped);
    s->available = now > 0 ? now : 0;
    s->total = page_count;
}

void page_check(void)
{
    drain_all();
    uint64 listed = buddy_check();
    // Other harts may be at work: the account can be checked only when there are none.
    struct page_stats s;
    page_stats(&s);
    kassert(cpu_count > 1 || listed == s.free);
}
