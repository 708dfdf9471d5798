// What the two halves of the block cache share: cache.c (table, pins, memory) and cache_io.c
// (reading).
#ifndef KERNEL_FS_CACHE_INTERNAL_H
#define KERNEL_FS_CACHE_INTERNAL_H

#include "kernel/fs/cache.h"
#include "kernel/lock/spinlock.h"

// All guarded by lock.
struct cache {
    struct spinlock lock;
    struct list lru;        // clean unpinned blocks, the least recently used first
    struct list unused;     // struct blocks without a page, through hash
    int64 held;             // blocks that are not dirty
    int64 pinned;           // of these, pinned ones
    int64 in_use;           // pinned blocks, dirty ones too
    int64 told_reclaimable; // what mem/page.c was told (page_reclaimable)
    int64 told_promised;    // and promised us (page_promise)
};

extern struct cache cache;

// All below: => cache.lock held.

// The block with that number, not pinned; 0: none.
struct block *cache_find(uint32 blockno);
// Makes b, a block of cache_obtain, the block of that number.
void cache_insert(struct block *b, uint32 blockno);
// b is no longer found by its number; its last unpin frees it.
void cache_detach(struct block *b);
void cache_pin(struct block *b);
void cache_unpin(struct block *b);

// => cache.lock not held.

// A block with a page, state BLOCK_READING, pinned once and detached: memory that is free, else
// the least recently used clean block's. 0: none.
struct block *cache_obtain(void);

#endif
