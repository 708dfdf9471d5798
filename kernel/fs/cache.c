// The block cache: table, pins, states and memory (cache.h).
//
// A struct block with a page stands in the hash table, or is detached. The clean ones of the table
// are also in the list lru, from which the page allocator takes back what it needs: the first block
// that nobody pins or maps. Finding a block changes no list, it only sets the block's mark `used`;
// a block with that mark is spared once. The structs are made at boot, for a share of memory, and
// never freed: when a page is taken back, only the page is freed.
//
// Memory. A block is "held" unless it is dirty. NBUF frames are the cache's own: it holds them, or
// has them promised. What it holds beyond these NBUF, or beyond what is pinned if that is more, is
// reclaimable. So
//
//     reclaimable = max(0, held - max(NBUF, pinned))        promised = max(0, NBUF - held)
//
// and what is available to others does not change when a block is read, pinned, unpinned or
// evicted (as long as no more than NBUF are pinned at once). When a block becomes dirty, its
// transaction hands one promise over to the cache, and the cache gives back what is too many. When
// the block becomes clean, it is reclaimable again.
//
// Locks. A bucket's lock guards the table there, and the pins of its blocks: to find, pin and unpin
// a block needs no other. cache.lock guards the rest and comes first. A block is taken out of
// the table under both. The account needs to know of a pin only when more than NBUF blocks are
// pinned. So the number of pinned blocks is an atomic count; the thread whose pin or unpin moves it
// across NBUF, or beyond, brings the account up to date, after it has let the bucket's lock go.
#include "kernel/fs/cache.h"

#include "kernel/fs.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
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
    struct list lru;        // C: clean blocks of the table; the first was not used for longest
    struct list unused;     // C: struct blocks without a page, through hash
    int64 held;             // C: blocks with a page that are not dirty
    int64 used;             // C: blocks with a page
    int64 pinned;           // a: blocks with pins
    int64 told_reclaimable; // C: what the page allocator was told (page_add_reclaimable)
    int64 told_promised;    // C: what it has promised us (page_promise)
} cache = {
    .lock = SPINLOCK_INIT("bcache", CACHE),
    .lru = {&cache.lru, &cache.lru},
    .unused = {&cache.unused, &cache.unused},
};

static struct list buckets[BUCKETS]; // blocks by number
static struct spinlock bucket_locks[BUCKET_LOCKS];

// --- The account ---

// => cache.lock held. Tells the page allocator what has changed.
static void update_account(void)
{
    int64 pinned = __atomic_load_n(&cache.pinned, __ATOMIC_RELAXED);
    int64 kept = pinned > NBUF ? pinned : NBUF;

    // Frames beyond that can be taken back.
    int64 reclaimable = cache.held > kept ? cache.held - kept : 0;
    if (reclaimable != cache.told_reclaimable) {
        page_add_reclaimable(reclaimable - cache.told_reclaimable);
        cache.told_reclaimable = reclaimable;
    }

    // Frames that are missing to NBUF must be promised. A promise may be refused in a race for the
    // last frame: told_promised stays, and the next update asks again.
    int64 promised = cache.held < NBUF ? NBUF - cache.held : 0;
    if (promised < cache.told_promised) {
        page_unpromise(cache.told_promised - promised);
        cache.told_promised = promised;
    } else if (promised > cache.told_promised &&
               page_promise(promised - cache.told_promised) == 0) {
        cache.told_promised = promised;
    }
}

static bool is_held(enum block_state state) { return state != BLOCK_EMPTY && state != BLOCK_DIRTY; }

// => cache.lock held. Gives b another state; the count held, the list lru and the account follow.
static void set_state(struct block *b, enum block_state state)
{
    if (is_held(b->state))
        cache.held--;
    if (is_held(state))
        cache.held++;

    // A reader who sees CLEAN without the lock must see the bytes, too (is_read in cache_read.c).
    __atomic_store_n(&b->state, state, __ATOMIC_RELEASE);

    list_remove(&b->lru);
    if (state == BLOCK_CLEAN && !b->detached)
        list_push_back(&cache.lru, &b->lru);
    update_account();
}

// --- The table, and pins ---

static struct spinlock *lock_bucket(uint32 blockno)
{
    struct spinlock *lock = &bucket_locks[blockno % BUCKET_LOCKS];
    spin_lock(lock);
    return lock;
}

static struct list *bucket_of(uint32 blockno) { return &buckets[blockno % BUCKETS]; }

// => bucket locked. NULL: the table does not have it.
static struct block *lookup_locked(uint32 blockno)
{
    list_for_each (b, bucket_of(blockno), struct block, hash) {
        if (b->blockno == blockno)
            return b;
    }
    return NULL;
}

// => bucket locked. One pin more. True: the account must be updated, when the bucket is unlocked.
static bool pin_locked(struct block *b)
{
    __atomic_store_n(&b->used, true, __ATOMIC_RELAXED);
    b->pins++;
    return b->pins == 1 && __atomic_add_fetch(&cache.pinned, 1, __ATOMIC_RELAXED) > NBUF;
}

// => bucket locked. One pin less. True as above.
static bool unpin_locked(struct block *b)
{
    kassert(b->pins > 0);
    b->pins--;
    return b->pins == 0 && __atomic_sub_fetch(&cache.pinned, 1, __ATOMIC_RELAXED) >= NBUF;
}

bool cache_present(uint32 blockno)
{
    struct spinlock *lock = lock_bucket(blockno);
    bool present = lookup_locked(blockno) != NULL;
    spin_unlock(lock);
    return present;
}

struct block *cache_pin(uint32 blockno, struct block *fresh)
{
    bool account = false;
    struct spinlock *lock = lock_bucket(blockno);

    struct block *b = lookup_locked(blockno);
    if (b != NULL) {
        account = pin_locked(b);
    } else if (fresh != NULL) {
        b = fresh; // it comes with a pin
        b->blockno = blockno;
        b->detached = b->used = false;
        b->tail = 0;
        b->owner = 0;
        list_push_front(bucket_of(blockno), &b->hash);
    }

    spin_unlock(lock);
    if (unlikely(account)) {
        spin_lock(&cache.lock);
        update_account();
        spin_unlock(&cache.lock);
    }
    return b;
}

// => cache.lock and b's bucket held. b is no longer found by its number; its last unpin frees it.
static void detach_locked(struct block *b)
{
    list_remove(&b->hash);
    list_remove(&b->lru);
    b->detached = true;
}

// => cache.lock held.
static void detach(struct block *b)
{
    struct spinlock *lock = lock_bucket(b->blockno);
    detach_locked(b);
    spin_unlock(lock);
}

// => cache.lock held. Detaches b if nobody pins it and its page has no reference but ours. True if
// it is detached: then nobody else knows it.
static bool detach_if_idle(struct block *b)
{
    struct spinlock *lock = lock_bucket(b->blockno);
    bool idle = b->pins == 0 && page_refs(b->page) == 1;
    if (idle)
        detach_locked(b);
    spin_unlock(lock);
    return idle;
}

// --- Memory ---

// => cache.lock held. b, detached and without pins, loses its page.
static void free_block(struct block *b)
{
    // The frame first stops being reclaimable and then becomes free, so that it is never counted
    // twice.
    set_state(b, BLOCK_EMPTY);
    page_put(b->page);
    cache.used--;
    list_push_front(&cache.unused, &b->hash);
    update_account();
}

void cache_put(struct block *b)
{
    if (unlikely(b == NULL))
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
        update_account();
    spin_unlock(&cache.lock);
}

// => cache.lock held. Detaches a clean block that nobody uses: the first of the list that was not
// found since it was last looked at here. NULL: there is none.
static struct block *take_victim(void)
{
    // Blocks in use do not count as tries: with them alone the search would end too early.
    uint64 in_use = page_mapped() + cache_in_use();

    for (uint64 tries = 0; tries < EVICTION_TRIES + in_use && !list_empty(&cache.lru); tries++) {
        struct block *b = list_entry(list_pop_front(&cache.lru), struct block, lru);
        bool spared = tries < SECOND_CHANCES && __atomic_load_n(&b->used, __ATOMIC_RELAXED);

        __atomic_store_n(&b->used, false, __ATOMIC_RELAXED);
        if (!spared && detach_if_idle(b)) {
            count(C_page_evicted);
            return b;
        }
        list_push_back(&cache.lru, &b->lru);
    }
    return NULL;
}

bool cache_give_back(void)
{
    struct block *victim = NULL;

    spin_lock(&cache.lock);
    // NBUF pages are the cache's own and stay.
    if (cache.held > NBUF)
        victim = take_victim();
    if (victim != NULL)
        free_block(victim);
    spin_unlock(&cache.lock);
    return victim != NULL;
}

// => cache.lock held; let go meanwhile. A struct block with a new page, for which a promise of the
// cache's is spent if there is one. NULL: no memory.
static struct block *allocate_block(void)
{
    struct list *unused = list_pop_front(&cache.unused);
    if (unused == NULL)
        return NULL;
    struct block *b = list_entry(unused, struct block, hash);
    cache.used++;

    // A promised frame is counted as held before we have it: else the account would ask for the
    // promise again at once.
    bool promised = cache.told_promised > 0;
    enum page_flags flags = PAGE_CACHE;
    if (promised) {
        cache.told_promised--;
        set_state(b, BLOCK_READING);
        flags |= PAGE_PROMISED;
    }

    // To allocate may call reclaim_page, which takes the lock.
    spin_unlock(&cache.lock);
    b->page = page_alloc(flags);
    spin_lock(&cache.lock);
    if (b->page != NULL)
        return b;

    // No memory: as before.
    if (promised)
        cache.told_promised++;
    set_state(b, BLOCK_EMPTY);
    cache.used--;
    list_push_front(&cache.unused, &b->hash);
    return NULL;
}

struct block *cache_new_block(void)
{
    spin_lock(&cache.lock);
    struct block *b = allocate_block();
    if (b == NULL)
        b = take_victim();
    if (b != NULL) { // nobody else knows it: its pins need no lock
        b->detached = true;
        b->pins = 1;
        __atomic_add_fetch(&cache.pinned, 1, __ATOMIC_RELAXED);
        set_state(b, BLOCK_READING);
    }
    spin_unlock(&cache.lock);
    return b;
}

// --- States ---

void cache_read_done(struct block *b, bool ok)
{
    spin_lock(&cache.lock);
    if (ok) {
        set_state(b, BLOCK_CLEAN);
    } else {
        set_state(b, BLOCK_FAILED);
        detach(b);
    }
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

bool cache_dirty(struct block *b)
{
    spin_lock(&cache.lock);
    bool was_clean = b->state != BLOCK_DIRTY;
    if (was_clean) {
        debug_assert((b->pins > 0 || page_refs(b->page) > 1) && b->state == BLOCK_CLEAN);
        cache.told_promised++; // the transaction's promise is ours now
        set_state(b, BLOCK_DIRTY);
    }
    spin_unlock(&cache.lock);
    return was_clean;
}

void cache_clean(struct block *b)
{
    spin_lock(&cache.lock);
    debug_assert(b->state == BLOCK_DIRTY);
    set_state(b, BLOCK_CLEAN);
    spin_unlock(&cache.lock);
}

bool cache_forget(uint64 owner, uint32 blockno)
{
    struct block *b = cache_pin(blockno, NULL);
    if (b == NULL)
        return true;

    bool mine = block_take(b, owner);
    if (mine) {
        spin_lock(&cache.lock);
        detach(b);
        spin_unlock(&cache.lock);
        journal_forget(b);
    }
    cache_put(b);
    return mine;
}

// --- Blocks in use ---

bool cache_keep(struct block *b) { return page_hold(b->page); }

void cache_release(struct block *b)
{
    if (b != NULL)
        page_put(b->page);
}

void *block_data(const struct block *b) { return page_to_virt(b->page); }

bool block_take_first(struct block *b, uint64 owner)
{
    uint64 nobody = 0;
    return __atomic_compare_exchange_n(&b->owner, &nobody, owner, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

void block_set_tail(struct block *b, uint tail) { b->tail = tail; }

void block_extend_tail(struct block *b, uint end)
{
    if (likely(b->tail == 0 || end <= b->tail))
        return;
    memset((char *)block_data(b) + b->tail, 0, BSIZE - b->tail);
    b->tail = end < BSIZE ? end : 0;
}

void block_cut_tail(struct block *b) { block_extend_tail(b, BSIZE); }

// --- Counts, and boot ---

uint64 cache_in_use(void) { return __atomic_load_n(&cache.pinned, __ATOMIC_RELAXED); }

uint64 cache_changed(void)
{
    return __atomic_load_n(&cache.used, __ATOMIC_RELAXED) -
           __atomic_load_n(&cache.held, __ATOMIC_RELAXED);
}

uint64 cache_promised(void) { return __atomic_load_n(&cache.told_promised, __ATOMIC_RELAXED); }

void cache_init(void)
{
    static struct kmem_cache structs = KMEM_CACHE("block", struct block);
    struct page_stats memory;
    struct block *b;

    for (uint i = 0; i < BUCKETS; i++)
        list_init(&buckets[i]);
    for (uint i = 0; i < BUCKET_LOCKS; i++)
        spin_init(&bucket_locks[i], "bcache.bucket", LEVEL_BUCKET);

    // Structs for half of memory at most.
    page_stats(&memory);
    uint64 n = min_u64(memory.total / 2, BLOCKS_MAX);
    for (; n > 0 && (b = kmem_alloc(&structs)) != NULL; n--) {
        list_init(&b->lru);
        list_init(&b->group);
        list_push_back(&cache.unused, &b->hash);
    }

    update_account(); // the first NBUF promises
}
