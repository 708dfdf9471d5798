// Frames of RAM (page.h): the account, references, and the way from a request to a frame.
//
//     page_alloc:  take 1 from `available`  ->  this hart's cache  ->  free lists (buddy.c)
//                  ->  other harts' caches  ->  frames that the block cache gives back
//
// What is available is one atomic word, so a request that it grants cannot lose its frame to a
// promise. A frame that is granted may still not be found: it is on its way between two lists, or a
// cache pinned it meanwhile. Then the caller gets NULL, and the account is put right.
//
// Each hart keeps some single frames, last in, first out: they are warm, and mostly an allocation
// touches no line that harts share but the account. Only the hart itself takes the lock of its
// cache, until memory is short: then others take it to empty the cache.
#include "kernel/mem/page.h"

#include "kernel/arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/buddy.h"

#define BATCH      16 // frames that an empty cache takes at once
#define CACHE_MAX  64 // frames that a hart keeps; one more, and all go back
#define RESERVE    64 // frames that only page_may_use_reserve gets
#define FIND_TRIES 16 // looks at all lists, before a granted frame counts as not found

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

// The account, all atomic.
static int64 available; // as in page.h; below 0 while somebody has some of the reserve
static int64 promised;
static int64 reclaimable;
static int64 mapped; // frames marked PG_CACHE with more than one reference

static force_inline void account_add(int64 *word, int64 n)
{
    __atomic_fetch_add(word, n, __ATOMIC_ACQ_REL);
}

static force_inline int64 account_get(const int64 *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static bool has_reserve(void) { return page_may_use_reserve != NULL && page_may_use_reserve(); }

// Takes n frames off what is available; false if that is less than n. Frames of the reserve count
// for a thread that may have them.
static bool take_available(int64 n)
{
    if (alloc_failure_hook != NULL && alloc_failure_hook())
        return false;

    int64 now = account_get(&available);
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

    // The frames of the array itself are never free.
    uint64 own = PGROUNDUP(bytes) >> PGSHIFT;
    buddy_init(page_first + own, page_first + page_count);
    available = page_count - own - RESERVE;
    zero_page = page_alloc(PAGE_ZERO);
    kassert(zero_page);
    zero_page->flags |= PG_RESERVED;
}

// Gives all frames of a cache back to the free lists. => c->lock held
static void empty_cache_locked(struct hart_cache *c)
{
    c->count = 0;
    buddy_give(&c->frames);
}

// Returns this hart's cache, locked. The thread may go on on another hart then: it has the right
// cache's lock, and only loses the warmth.
static struct hart_cache *lock_own_cache(void)
{
    irq_off();
    struct hart_cache *c = &hart_caches[this_cpu()->index];
    spin_lock(&c->lock);
    irq_on();
    return c;
}

// Takes a frame from this hart's cache, which is filled from the free lists if it is empty; NULL if
// these are empty, too.
static struct page *take_frame(void)
{
    struct page *p = NULL;
    struct hart_cache *c = lock_own_cache();

    if (c->count == 0)
        c->count = buddy_take(&c->frames, 0, BATCH);
    if (c->count > 0) {
        p = list_entry(list_pop_front(&c->frames), struct page, link);
        c->count--;
    }
    spin_unlock(&c->lock);
    return p;
}

static struct page *take_chunk(uint order)
{
    struct list chunk;

    list_init(&chunk);
    if (buddy_take(&chunk, order, 1) == 0)
        return NULL;
    return list_entry(list_pop_front(&chunk), struct page, link);
}

// Gives all harts' frames back to the free lists, where they can be found and joined. True if there
// were any.
static bool empty_all_caches(void)
{
    bool any = false;

    for (struct hart_cache *c = hart_caches; c < &hart_caches[NCPU]; c++) {
        spin_lock(&c->lock);
        if (c->count > 0)
            any = true;
        empty_cache_locked(c);
        spin_unlock(&c->lock);
    }
    return any;
}

// Looks for a frame or chunk that the account has granted, wherever it is. Others may take what was
// just put on the free lists for us, so it looks several times.
static __attribute__((noinline)) struct page *search(uint order)
{
    for (int tries = 0; tries < FIND_TRIES; tries++) {
        struct page *p = order > 0 ? take_chunk(order) : take_frame();
        if (p != NULL)
            return p;
        if (empty_all_caches())
            continue;
        if (order > 0) // a cache gives back single frames, which make no chunk
            break;
        if (page_reclaim_hook != NULL)
            page_reclaim_hook();
    }
    return NULL;
}

struct page *page_alloc_order(uint order, enum page_flags flags)
{
    int64 n = 1L << order;
    struct page *p = NULL;

    // 1. The account: a promise is spent, or the frames must be available.
    kassert(order <= PAGE_ORDER_MAX);
    if (flags & PAGE_PROMISED)
        account_add(&promised, -n);
    else if (!take_available(n))
        return NULL;

    // 2. The frames: mostly this hart has one.
    if (order == 0)
        p = take_frame();
    if (p == NULL)
        p = search(order);
    if (p == NULL) {
        account_add(flags & PAGE_PROMISED ? &promised : &available, n);
        return NULL;
    }

    // 3. What they are for.
    debug_assert(p->refs == 0 && !(p->flags & (PG_FREE | PG_RESERVED)));
    if (flags & PAGE_CACHE)
        p->flags |= PG_CACHE;
    __atomic_store_n(&p->refs, 1, __ATOMIC_RELEASE);
    if (flags & PAGE_ZERO) {
        for (int64 i = 0; i < n; i++)
            page_zero(page_to_virt(p + i));
    }
    return p;
}

void page_free(struct page *p)
{
    int64 n = 1L << p->order;

    p->flags &= ~PG_CACHE;
    if (DEBUG_BUILD)
        memset(page_to_virt(p), 0xdb, n * PGSIZE);

    // A hart keeps single frames, up to a limit: a larger chunk takes all that it has along.
    struct hart_cache *c = lock_own_cache();
    list_push_front(&c->frames, &p->link);
    c->count++;
    if (n > 1 || c->count > CACHE_MAX)
        empty_cache_locked(c);
    spin_unlock(&c->lock);
    account_add(&available, n);
}

struct page *page_alloc_chunk(enum page_flags flags)
{
    struct page *first = page_alloc_order(PAGE_ORDER_MAX, flags);

    // From now on they are single frames, so that each can be put for itself.
    for (uint i = 0; first != NULL && i < CHUNK_FRAMES; i++) {
        first[i].order = 0;
        first[i].refs = 1;
    }
    return first;
}

void page_get_chunk(struct page *first)
{
    for (uint i = 0; i < CHUNK_FRAMES; i++)
        page_get(first + i);
}

void page_put_chunk(struct page *first)
{
    uint freed = 0;
    struct list unused, *item;

    // Each frame has a count of its own, and others may still hold some of them.
    list_init(&unused);
    for (struct page *p = first; p < first + CHUNK_FRAMES; p++) {
        if (page_drop(p)) {
            list_push_back(&unused, &p->link);
            freed++;
        }
    }

    // Frames that are freed together go back as the chunk that they were.
    if (freed == CHUNK_FRAMES) {
        first->order = PAGE_ORDER_MAX;
        page_free(first);
        return;
    }
    while ((item = list_pop_front(&unused)) != NULL)
        page_free(list_entry(item, struct page, link));
}

bool page_chunk_is_single(const struct page *first)
{
    uint i = 0;

    while (i < CHUNK_FRAMES && page_refs(first + i) == 1)
        i++;
    return i == CHUNK_FRAMES;
}

int page_promise(uint64 n)
{
    if (n > page_count || !take_available(n))
        return -ENOMEM;
    account_add(&promised, n);
    return 0;
}

void page_unpromise(uint64 n)
{
    account_add(&promised, -(int64)n);
    account_add(&available, n);
}

void page_add_reclaimable(int64 n)
{
    account_add(&reclaimable, n);
    account_add(&available, n);
}

void page_add_mapped(int64 n)
{
    account_add(&mapped, n);
    account_add(&available, -n);
}

uint64 page_mapped(void) { return account_get(&mapped); }

bool page_hold(struct page *p)
{
    if (p->flags & PG_RESERVED)
        return true;

    // Somebody else outside the cache has it: then it is counted as mapped already.
    int32 refs = page_refs(p);
    while (refs > 1) {
        if (__atomic_compare_exchange_n(&p->refs, &refs, refs + 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    }

    // The first one pays for it. Two threads may both have come here: then the second gets its
    // payment back.
    if (!take_available(1))
        return false;
    if (__atomic_fetch_add(&p->refs, 1, __ATOMIC_RELAXED) == 1)
        account_add(&mapped, 1);
    else
        account_add(&available, 1);
    return true;
}

void page_stats(struct page_stats *s)
{
    int64 now = account_get(&available);

    s->promised = account_get(&promised);
    s->reclaimable = account_get(&reclaimable);
    s->free = now + RESERVE + s->promised - s->reclaimable + account_get(&mapped);
    s->available = now > 0 ? now : 0;
    s->total = page_count;
}

void page_check(void)
{
    empty_all_caches();
    uint64 listed = buddy_check();

    // Other harts may be at work: the account can be checked only if there are none.
    struct page_stats s;
    page_stats(&s);
    kassert(cpu_count > 1 || listed == s.free);
}
