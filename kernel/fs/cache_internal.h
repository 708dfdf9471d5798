// What the two halves of the block cache share: cache.c (table, pins, memory) and cache_io.c
// (reading).
#ifndef KERNEL_FS_CACHE_INTERNAL_H
#define KERNEL_FS_CACHE_INTERNAL_H

#include "kernel/fs/cache.h"
#include "kernel/lock/spinlock.h"

// C lock; a atomic
struct cache {
    struct spinlock lock;
    // C: clean blocks of the table, those that were not used for longest first
    struct list lru;
    struct list unused;     // C: struct blocks without a page, through hash
    int64 held;             // C: blocks that are not dirty
    int64 used;             // C: blocks with a page
    int64 pinned;           // a: blocks with pins
    int64 told_reclaimable; // C: what mem/page.c was told (page_reclaimable)
    int64 told_promised;    // C: and promised us (page_promise)
};

extern struct cache cache;

// => no lock of the cache held.

// The block of that number, pinned. If there is none: fresh, a block of cache_obtain, which enters
// the table (or is 0).
struct block *cache_pin(uint32 blockno, struct block *fresh);
bool cache_present(uint32 blockno);

// A block with a page, state BLOCK_READING, pinned once and detached: memory that is free, else
// that of a clean block that was not used for long. 0: none.
struct block *cache_obtain(void);
// => cache.lock held. b has been read, or could not be: then it leaves the table.
void cache_read_done_locked(struct block *b, bool ok);

#endif
