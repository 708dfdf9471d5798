// The block cache: table, pins and memory. Reading is in cache_io.c.
//
// A struct block with a page is found through the hash table (attached) or was detached because
// its block was freed or could not be read; detached ones live on until their last unpin. Clean
// unpinned blocks are on the list lru, from which the page allocator takes back what it needs.
// The structs are made at boot, for a share of memory, so that taking a page back frees nothing
// but the page.
//
// Memory. A block is "held" unless it is dirty. NBUF frames are the cache's own: it holds them or
// has them promised. What it holds beyond that, or beyond what is pinned if that is more, is
// reclaimable. So
//
//     reclaimable = max(0, held - max(NBUF, pinned))        promised = max(0, NBUF - held)
//
// and what is available to others does not change when a block is read, pinned, unpinned or
// evicted (as long as no more than NBUF are pinned at once). A block that becomes dirty hands its
// transaction's promise over to the cache, which gives back what is too many; a block that becomes
// clean is reclaimable again.
//
// Lock: cache.lock guards everything here; it is held for a few instructions at a time.
#include "kernel/fs/cache_internal.h"
#include "kernel/fs/journal_internal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

#define BLOCKS_MAX     (1 << 17) // 512 MiB of cache are enough
#define BUCKETS        (1 << 13)
#define EVICTION_TRIES 64

struct cache cache = {
    .lock = SPINLOCK_INIT("cache", CACHE),
    .lru = {&cache.lru, &cache.lru},
    .unused = {&cache.unused, &cache.unused},
};

static struct list buckets[BUCKETS]; // cache.lock: blocks by number

// Tells the page allocator what has changed. A promise may be refused in a race for the last
// frame; then it is asked for again next time.
static void settle(void)
{
    int64 keep = cache.pinned > NBUF ? cache.pinned : NBUF;
    int64 reclaimable = cache.held > keep ? cache.held - keep : 0;
    if (reclaimable != cache.told_reclaimable) {
        page_reclaimable(reclaimable - cache.told_reclaimable);
        cache.told_reclaimable = reclaimable;
    }
    int64 promised = cache.held < NBUF ? NBUF - cache.held : 0;
    if (promised < cache.told_promised)
        page_unpromise(cache.told_promised - promised);
    else if (promised == cache.told_promised || page_promise(promised - cache.told_promised) != 0)
        return;
    cache.told_promised = promised;
}

static bool is_held(enum block_state state) { return state != BLOCK_EMPTY && state != BLOCK_DIRTY; }

static void set_pins(struct block *b, int pins)
{
    cache.in_use += (pins > 0) - (b->pins > 0);
    b->pins = pins;
}

// Gives b another state and number of pins: the counts and the list lru follow.
static void change(struct block *b, enum block_state state, int pins)
{
    cache.held += is_held(state) - is_held(b->state);
    cache.pinned += (is_held(state) && pins > 0) - (is_held(b->state) && b->pins > 0);
    b->state = state;
    set_pins(b, pins);
    list_remove(&b->lru);
    if (is_held(state) && pins == 0 && !b->detached)
        list_push_back(&cache.lru, &b->lru);
    settle();
}

static struct list *bucket_of(uint32 blockno) { return &buckets[blockno % BUCKETS]; }

struct block *cache_find(uint32 blockno)
{
    list_for_each (b, bucket_of(blockno), struct block, hash) {
        if (b->blockno == blockno)
            return b;
    }
    return 0;
}

void cache_insert(struct block *b, uint32 blockno)
{
    b->blockno = blockno;
    b->detached = false;
    list_push_front(bucket_of(blockno), &b->hash);
}

void cache_detach(struct block *b)
{
    list_remove(&b->hash);
    b->detached = true;
}

void cache_pin(struct block *b)
{
    if (b->pins > 0 || b->state == BLOCK_DIRTY)
        set_pins(b, b->pins + 1);
    else
        change(b, b->state, 1);
}

// b, detached and without pins, is gone.
static void free_block(struct block *b)
{
    change(b, BLOCK_EMPTY, 0); // first it is not reclaimable, then free: never counted twice
    page_put(b->page);
    list_push_front(&cache.unused, &b->hash);
    settle();
}

void cache_unpin(struct block *b)
{
    if (b->pins > 1 || (b->state == BLOCK_DIRTY && !b->detached))
        set_pins(b, b->pins - 1);
    else if (b->detached)
        free_block(b);
    else
        change(b, b->state, 0);
}

// The least recently used clean block, detached: nobody uses it, and its page has no reference but
// ours. 0: none. A page that is mapped stays; it goes to the list's other end.
static struct block *take_victim(void)
{
    for (uint tries = 0; tries < EVICTION_TRIES && !list_empty(&cache.lru); tries++) {
        struct block *b = list_entry(list_pop_front(&cache.lru), struct block, lru);
        if (page_refs(b->page) == 1) {
            cache_detach(b);
            count(C_page_evicted);
            return b;
        }
        list_push_back(&cache.lru, &b->lru);
    }
    return 0;
}

// The page allocator's hook: gives one page back.
static bool give_back(void)
{
    spin_lock(&cache.lock);
    struct block *victim = cache.held > NBUF ? take_victim() : 0;
    if (victim)
        free_block(victim);
    spin_unlock(&cache.lock);
    return victim != 0;
}

// => cache.lock held; let go meanwhile. A struct block with a new page, from a promise of the
// cache's if it has one; 0: no memory.
static struct block *obtain_new(void)
{
    struct list *unused = list_pop_front(&cache.unused);
    if (!unused)
        return 0;
    struct block *b = list_entry(unused, struct block, hash);
    bool promised = cache.told_promised > 0;
    if (promised) { // the frame is counted already, as promised
        cache.told_promised--;
        change(b, BLOCK_READING, 1);
    }
    spin_unlock(&cache.lock);
    b->page = page_alloc(promised ? PAGE_PROMISED : 0);
    spin_lock(&cache.lock);
    if (b->page)
        return b;
    cache.told_promised += promised;
    change(b, BLOCK_EMPTY, 0);
    list_push_front(&cache.unused, &b->hash);
    return 0;
}

struct block *cache_obtain(void)
{
    spin_lock(&cache.lock);
    struct block *b = obtain_new();
    if (!b)
        b = take_victim();
    if (b) {
        b->detached = true;
        change(b, BLOCK_READING, 1);
    }
    spin_unlock(&cache.lock);
    return b;
}

void cache_put(struct block *b)
{
    spin_lock(&cache.lock);
    cache_unpin(b);
    spin_unlock(&cache.lock);
}

uint64 cache_in_use(void) { return __atomic_load_n(&cache.in_use, __ATOMIC_RELAXED); }

uint64 cache_promised(void) { return __atomic_load_n(&cache.told_promised, __ATOMIC_RELAXED); }

void *block_data(const struct block *b) { return page_to_virt(b->page); }

void cache_forget(uint32 blockno)
{
    spin_lock(&cache.lock);
    struct block *b = cache_find(blockno);
    if (b) {
        cache_pin(b);
        cache_detach(b);
    }
    spin_unlock(&cache.lock);
    if (b) {
        journal_forget(b);
        cache_put(b);
    }
}

bool cache_dirty(struct block *b)
{
    spin_lock(&cache.lock);
    bool was_clean = b->state != BLOCK_DIRTY;
    if (was_clean) {
        debug_assert(b->pins > 0 && b->state == BLOCK_CLEAN);
        cache.told_promised++; // the transaction's promise is ours now
        change(b, BLOCK_DIRTY, b->pins);
    }
    spin_unlock(&cache.lock);
    return was_clean;
}

void cache_clean(struct block *b)
{
    spin_lock(&cache.lock);
    debug_assert(b->state == BLOCK_DIRTY);
    change(b, BLOCK_CLEAN, b->pins);
    spin_unlock(&cache.lock);
}

void cache_drop(void)
{
    spin_lock(&cache.lock);
    while (!list_empty(&cache.lru)) {
        struct block *b = list_entry(cache.lru.next, struct block, lru);
        cache_detach(b);
        free_block(b);
    }
    spin_unlock(&cache.lock);
}

void cache_init(void)
{
    static struct kmem_cache structs = KMEM_CACHE("block", struct block);
    struct page_stats memory;
    struct block *b;

    for (uint i = 0; i < BUCKETS; i++)
        list_init(&buckets[i]);
    page_stats(&memory);
    uint64 n = min_u64(memory.total / 2, BLOCKS_MAX);
    for (; n > 0 && (b = kmem_alloc(&structs)) != 0; n--) {
        list_init(&b->lru);
        list_init(&b->group);
        list_push_back(&cache.unused, &b->hash);
    }
    settle();
    page_reclaim_hook = give_back;
}
