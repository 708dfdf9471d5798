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
#include "kernel/mem/page.h"
#include "kernel/param.h"

#define CHUNK_ORDER    4         // struct blocks are made in chunks of 64 KiB
#define BLOCKS_MAX     (1 << 17) // 512 MiB of cache are enough
#define BUCKETS_MAX    (1 << 15)
#define EVICTION_TRIES 64

struct cache cache = {
    .lock = SPINLOCK_INIT("cache", CACHE),
    .lru = {&cache.lru, &cache.lru},
    .unused = {&cache.unused, &cache.unused},
};

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

static struct list *bucket_of(uint32 blockno)
{
    return &cache.buckets[blockno & cache.bucket_mask];
}

struct block *cache_find(uint32 blockno)
{
    list_for_each(b, bucket_of(blockno), struct block, hash)
    {
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
    if (b->pins++ > 0 || b->state == BLOCK_DIRTY)
        return;
    list_remove(&b->lru);
    cache.pinned++;
    settle();
}

// b, detached and without pins, is gone.
static void free_block(struct block *b)
{
    struct page *page = b->page;
    if (b->state == BLOCK_DIRTY)
        cache.dirty--;
    else
        cache.held--;
    b->state = BLOCK_EMPTY;
    b->page = 0;
    list_push_front(&cache.unused, &b->hash);
    settle(); // first it is not reclaimable, then free: never counted twice
    page_put(page);
    settle();
}

void cache_unpin(struct block *b)
{
    if (--b->pins > 0)
        return;
    debug_assert(b->pins == 0);
    if (b->state != BLOCK_DIRTY)
        cache.pinned--;
    if (b->detached) {
        free_block(b);
        return;
    }
    if (b->state != BLOCK_DIRTY)
        list_push_back(&cache.lru, &b->lru);
    settle();
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

// A struct block without a page, and where its page is to come from: a promise of ours, already
// counted as held and pinned, or what is free. 0: none left.
static struct block *take_unused(enum page_flags *from)
{
    struct block *b = 0;
    spin_lock(&cache.lock);
    if (!list_empty(&cache.unused))
        b = list_entry(list_pop_front(&cache.unused), struct block, hash);
    *from = 0;
    if (b && cache.told_promised > 0) {
        *from = PAGE_PROMISED;
        cache.told_promised--;
        cache.held++;
        cache.pinned++;
        settle();
    }
    spin_unlock(&cache.lock);
    return b;
}

// No page for b: undoes take_unused.
static void put_unused(struct block *b, enum page_flags from)
{
    if (from == PAGE_PROMISED) {
        cache.told_promised++;
        cache.held--;
        cache.pinned--;
        settle();
    }
    list_push_front(&cache.unused, &b->hash);
}

struct block *cache_obtain(void)
{
    enum page_flags from;
    struct block *b = take_unused(&from);
    struct page *page = b ? page_alloc(from) : 0;

    spin_lock(&cache.lock);
    if (page) {
        b->page = page;
        if (from != PAGE_PROMISED) {
            cache.held++;
            cache.pinned++;
        }
    } else {
        if (b)
            put_unused(b, from);
        b = take_victim();
        if (b)
            cache.pinned++;
    }
    if (b) {
        b->pins = 1;
        b->state = BLOCK_READING;
        b->detached = true;
        settle();
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

void *block_data(const struct block *b)
{
    return page_to_virt(b->page);
}

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
        b->state = BLOCK_DIRTY;
        cache.dirty++;
        cache.held--;
        cache.pinned--;
        cache.told_promised++; // the transaction's promise is ours now
        settle();
    }
    spin_unlock(&cache.lock);
    return was_clean;
}

void cache_clean(struct block *b)
{
    spin_lock(&cache.lock);
    debug_assert(b->state == BLOCK_DIRTY);
    b->state = BLOCK_CLEAN;
    cache.dirty--;
    cache.held++;
    if (b->pins > 0)
        cache.pinned++;
    else
        list_push_back(&cache.lru, &b->lru);
    settle();
    spin_unlock(&cache.lock);
}

void cache_drop(void)
{
    spin_lock(&cache.lock);
    for (struct list *item; (item = list_pop_front(&cache.lru)) != 0;) {
        struct block *b = list_entry(item, struct block, lru);
        cache_detach(b);
        free_block(b);
    }
    spin_unlock(&cache.lock);
}

void cache_stats(struct cache_stats *s)
{
    spin_lock(&cache.lock);
    s->blocks = cache.held + cache.dirty;
    s->dirty = cache.dirty;
    s->pinned = cache.pinned;
    spin_unlock(&cache.lock);
}

// Makes struct blocks for n pages.
static void make_blocks(uint64 n)
{
    const uint per_chunk = (PGSIZE << CHUNK_ORDER) / sizeof(struct block);
    for (uint64 made = 0; made < n; made += per_chunk) {
        struct page *page = page_alloc_order(CHUNK_ORDER, PAGE_ZERO);
        if (!page)
            return;
        struct block *chunk = page_to_virt(page);
        for (uint i = 0; i < per_chunk; i++) {
            list_init(&chunk[i].lru);
            list_init(&chunk[i].group);
            list_push_back(&cache.unused, &chunk[i].hash);
        }
    }
}

void cache_init(void)
{
    struct page_stats memory;
    page_stats(&memory);

    uint order = 0; // of the bucket array: a bucket for eight frames or fewer
    uint64 buckets = PGSIZE / sizeof(struct list);
    while (buckets < memory.total / 8 && buckets < BUCKETS_MAX)
        buckets *= 2, order++;
    struct page *page = page_alloc_order(order, 0);
    kassert(page); // at boot
    cache.buckets = page_to_virt(page);
    cache.bucket_mask = buckets - 1;
    for (uint64 i = 0; i < buckets; i++)
        list_init(&cache.buckets[i]);

    make_blocks(min_u64(memory.total / 2, BLOCKS_MAX));
    settle();
    page_reclaim_hook = give_back;
}
