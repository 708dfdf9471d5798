// The block cache: table, pins and memory. Reading is in cache_read.c.
//
// A struct block with a page is found through the hash table (attached) or was detached because
// its block was freed or could not be read; detached ones live on until their last unpin. The
// clean ones of the table are on the list lru, from which the page allocator takes back what it
// needs: those that nobody pins or maps, and a block that was found since the last look gets a
// second chance. So finding a block changes no list. The structs are made at boot, for a share of
// memory, and never freed: taking a page back frees nothing but the page.
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
// Locks. A bucket's lock guards the table there, and its blocks' pins; finding, pinning and
// unpinning a block needs no other. cache.lock guards the rest and comes first; who takes a block
// out of the table holds both. The account needs to know of a pin only when more
// than NBUF blocks are pinned; so pinned is an atomic count, and who moves it there settles, with
// no lock of a bucket.
#include "kernel/fs/cache.h"

#include "kernel/fs.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

#define BLOCKS_MAX     (1 << 17) // 512 MiB of cache are enough
#define BUCKETS        (1 << 13)
#define BUCKET_LOCKS   256 // each guards every 256th bucket
#define EVICTION_TRIES 64
#define SECOND_CHANCES 32 // of these tries

// C lock; a atomic
static struct cache {
    struct spinlock lock;
    // C: clean blocks of the table, those that were not used for longest first
    struct list lru;
    struct list unused;     // C: struct blocks without a page, through hash
    int64 held;             // C: blocks that are not dirty
    int64 used;             // C: blocks with a page
    int64 pinned;           // a: blocks with pins
    int64 told_reclaimable; // C: what mem/page.c was told (page_reclaimable)
    int64 told_promised;    // C: and promised us (page_promise)
} cache = {
    .lock = SPINLOCK_INIT("bcache", CACHE),
    .lru = {&cache.lru, &cache.lru},
    .unused = {&cache.unused, &cache.unused},
};

static struct list buckets[BUCKETS]; // blocks by number
static struct spinlock bucket_locks[BUCKET_LOCKS];

// => cache.lock held: tells the page allocator what has changed. A promise may be refused in a race
// for the last frame; then it is asked for again next time.
static void settle(void)
{
    int64 pinned = __atomic_load_n(&cache.pinned, __ATOMIC_RELAXED);
    int64 keep = pinned > NBUF ? pinned : NBUF;
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

// => cache.lock held: gives b another state: the count, the list lru and the account follow.
static void change(struct block *b, enum block_state state)
{
    cache.held += is_held(state) - is_held(b->state);
    __atomic_store_n(&b->state, state, __ATOMIC_RELEASE); // wait_read looks without the lock
    list_remove(&b->lru);
    if (state == BLOCK_CLEAN && !b->detached)
        list_push_back(&cache.lru, &b->lru);
    settle();
}

static void settle_pinned(void)
{
    spin_lock(&cache.lock);
    settle();
    spin_unlock(&cache.lock);
}

static struct spinlock *lock_bucket(uint32 blockno)
{
    struct spinlock *lock = &bucket_locks[blockno % BUCKET_LOCKS];
    spin_lock(lock);
    return lock;
}

static struct list *bucket_of(uint32 blockno) { return &buckets[blockno % BUCKETS]; }

// => bucket locked
static struct block *find_locked(uint32 blockno)
{
    list_for_each (b, bucket_of(blockno), struct block, hash) {
        if (b->blockno == blockno)
            return b;
    }
    return 0;
}

// => bucket locked. True if the account must be settled for that.
static bool pin_locked(struct block *b)
{
    __atomic_store_n(&b->used, true, __ATOMIC_RELAXED);
    return b->pins++ == 0 && __atomic_add_fetch(&cache.pinned, 1, __ATOMIC_RELAXED) > NBUF;
}

// The same.
static bool unpin_locked(struct block *b)
{
    kassert(b->pins > 0);
    return --b->pins == 0 && __atomic_sub_fetch(&cache.pinned, 1, __ATOMIC_RELAXED) >= NBUF;
}

bool cache_present(uint32 blockno)
{
    struct spinlock *lock = lock_bucket(blockno);
    bool present = find_locked(blockno) != 0;
    spin_unlock(lock);
    return present;
}

struct block *cache_pin(uint32 blockno, struct block *fresh)
{
    struct spinlock *lock = lock_bucket(blockno);
    struct block *b = find_locked(blockno);
    bool account = b && pin_locked(b);
    if (!b && fresh) {
        b = fresh;
        b->blockno = blockno;
        b->detached = b->used = false;
        b->tail = 0;
        b->owner = 0;
        list_push_front(bucket_of(blockno), &b->hash);
    }
    spin_unlock(lock);
    if (unlikely(account))
        settle_pinned();
    return b;
}

// => cache.lock held: b is no longer found by its number; its last unpin frees it. But if idle is
// set, only if nobody uses it, and its page has no reference but ours: true if it is detached.
static bool detach(struct block *b, bool idle)
{
    struct spinlock *lock = lock_bucket(b->blockno);
    bool detached = !idle || (b->pins == 0 && page_refs(b->page) == 1);
    if (detached) {
        list_remove(&b->hash);
        list_remove(&b->lru);
        b->detached = true;
    }
    spin_unlock(lock);
    return detached;
}

// => cache.lock held: b, detached and without pins, is gone.
static void free_block(struct block *b)
{
    change(b, BLOCK_EMPTY); // first it is not reclaimable, then free: never counted twice
    page_put(b->page);
    cache.used--;
    list_push_front(&cache.unused, &b->hash);
    settle();
}

void cache_put(struct block *b)
{
    if (unlikely(!b))
        return;
    struct spinlock *lock = lock_bucket(b->blockno);
    bool account = unpin_locked(b);
    bool gone = b->pins == 0 && b->detached;
    spin_unlock(lock);
    if (likely(!gone && !account))
        return;
    spin_lock(&cache.lock);
    if (gone)
        free_block(b); // nobody else knows it any more
    else
        settle();
    spin_unlock(&cache.lock);
}

void cache_read_done(struct block *b, bool ok)
{
    spin_lock(&cache.lock);
    change(b, ok ? BLOCK_CLEAN : BLOCK_FAILED);
    if (!ok)
        detach(b, false);
    wakeup(b);
    spin_unlock(&cache.lock);
}

bool cache_wait_read(struct block *b)
{
    spin_lock(&cache.lock);
    while (b->state == BLOCK_READING)
        sleep(b, &cache.lock);
    bool ok = b->state != BLOCK_FAILED;
    spin_unlock(&cache.lock);
    return ok;
}

// => cache.lock held. A clean block that nobody uses, detached: the first of the list that was not
// found since it was last looked at here. 0: none. What is in use goes to the list's other end.
static struct block *take_victim(void)
{
    uint64 used = page_mapped() + cache_in_use();
    for (uint64 tries = 0; tries < EVICTION_TRIES + used && !list_empty(&cache.lru); tries++) {
        struct block *b = list_entry(list_pop_front(&cache.lru), struct block, lru);
        bool spared = tries < SECOND_CHANCES && __atomic_load_n(&b->used, __ATOMIC_RELAXED);
        __atomic_store_n(&b->used, false, __ATOMIC_RELAXED);
        if (!spared && detach(b, true)) {
            count(C_page_evicted);
            return b;
        }
        list_push_back(&cache.lru, &b->lru);
    }
    return 0;
}

bool cache_give_back(void)
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
    cache.used++;
    if (promised) { // the frame is counted already, as promised
        cache.told_promised--;
        change(b, BLOCK_READING);
    }
    spin_unlock(&cache.lock);
    b->page = page_alloc(PAGE_CACHE | (promised ? PAGE_PROMISED : 0));
    spin_lock(&cache.lock);
    if (b->page)
        return b;
    cache.told_promised += promised;
    change(b, BLOCK_EMPTY);
    cache.used--;
    list_push_front(&cache.unused, &b->hash);
    return 0;
}

struct block *cache_obtain(void)
{
    spin_lock(&cache.lock);
    struct block *b = obtain_new();
    if (!b)
        b = take_victim();
    if (b) { // nobody else knows it
        b->detached = true;
        b->pins = 1;
        __atomic_add_fetch(&cache.pinned, 1, __ATOMIC_RELAXED);
        change(b, BLOCK_READING);
    }
    spin_unlock(&cache.lock);
    return b;
}

uint64 cache_in_use(void) { return __atomic_load_n(&cache.pinned, __ATOMIC_RELAXED); }

uint64 cache_changed(void)
{
    return __atomic_load_n(&cache.used, __ATOMIC_RELAXED) -
           __atomic_load_n(&cache.held, __ATOMIC_RELAXED);
}

uint64 cache_promised(void) { return __atomic_load_n(&cache.told_promised, __ATOMIC_RELAXED); }

bool cache_keep(struct block *b) { return page_hold(b->page); }

void cache_release(struct block *b)
{
    if (b)
        page_put(b->page);
}

void *block_data(const struct block *b) { return page_to_virt(b->page); }

void block_set_tail(struct block *b, uint tail) { b->tail = tail; }

void block_extend_tail(struct block *b, uint end)
{
    if (likely(b->tail == 0 || end <= b->tail))
        return;
    memset((char *)block_data(b) + b->tail, 0, BSIZE - b->tail);
    b->tail = end < BSIZE ? end : 0;
}

void block_cut_tail(struct block *b) { block_extend_tail(b, BSIZE); }

bool block_take(struct block *b, uint64 owner)
{
    uint64 nobody = 0;
    return __atomic_compare_exchange_n(&b->owner, &nobody, owner, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

bool cache_forget(uint64 owner, uint32 blockno)
{
    struct block *b = cache_pin(blockno, 0);
    if (!b)
        return true;
    bool mine = block_claim(b, owner);
    if (mine) {
        spin_lock(&cache.lock);
        detach(b, false);
        spin_unlock(&cache.lock);
        journal_forget(b);
    }
    cache_put(b);
    return mine;
}

bool cache_dirty(struct block *b)
{
    spin_lock(&cache.lock);
    bool was_clean = b->state != BLOCK_DIRTY;
    if (was_clean) {
        debug_assert((b->pins > 0 || page_refs(b->page) > 1) && b->state == BLOCK_CLEAN);
        cache.told_promised++; // the transaction's promise is ours now
        change(b, BLOCK_DIRTY);
    }
    spin_unlock(&cache.lock);
    return was_clean;
}

void cache_clean(struct block *b)
{
    spin_lock(&cache.lock);
    debug_assert(b->state == BLOCK_DIRTY);
    change(b, BLOCK_CLEAN);
    spin_unlock(&cache.lock);
}

void cache_init(void)
{
    static struct kmem_cache structs = KMEM_CACHE("block", struct block);
    struct page_stats memory;
    struct block *b;

    for (uint i = 0; i < BUCKETS; i++)
        list_init(&buckets[i]);
    for (uint i = 0; i < BUCKET_LOCKS; i++)
        spin_init(&bucket_locks[i], "bcache.bucket", LEVEL_BUCKET);
    page_stats(&memory);
    uint64 n = min_u64(memory.total / 2, BLOCKS_MAX);
    for (; n > 0 && (b = kmem_alloc(&structs)) != 0; n--) {
        list_init(&b->lru);
        list_init(&b->group);
        list_push_back(&cache.unused, &b->hash);
    }
    settle();
}
