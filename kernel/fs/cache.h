// The block cache: one cached block is one frame of RAM.
//
//     states:  EMPTY -> READING -> CLEAN <-> DIRTY (changed in a transaction; clean again when its
//              newest image is home) -> EMPTY; or READING -> FAILED -> EMPTY. Detached: its block
//              was freed while somebody used it; the last unpin ends it
//     a life:  cache_get, look or change (journal_write), cache_put
//
// Bytes are guarded by whoever owns the block: a file's by its inode's lock, a bitmap's by the
// allocator's. Clean blocks that nobody pins are given back when memory is short, those first that
// were not used for longest (roughly: a block that was found again has a second chance). At boot
// the cache gets a share of memory; it never fails for want of room while clean unpinned blocks are
// left.
#ifndef KERNEL_FS_CACHE_H
#define KERNEL_FS_CACHE_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"

struct page;

// C cache lock; B lock of its bucket; J journal lock; I immutable while pinned; a atomic
struct block {
    struct list hash; // B; C too while it is taken out, and when unused
    struct list lru;  // C: on the list of clean blocks
    uint32 blockno;   // I
    int32 pins;       // B
    uint8 state;      // C: BLOCK_...
    bool detached;    // B, and C when it becomes true: no longer found by number
    uint16 tail;      // owner: bytes of it that are the file's; 0: all (block_set_tail)
    bool used;        // a: found since it was last considered for eviction
    uint64 owner;     // a: the place in a file that has it (block_owner); 0: none yet
    // I: holds one reference; more (mappings, pins) keep the bytes alive
    struct page *page;
    struct list group;           // J: blocks of a transaction group
    struct journal_image *image; // J: its newest staged copy not yet home
};

enum block_state { BLOCK_EMPTY, BLOCK_READING, BLOCK_CLEAN, BLOCK_DIRTY, BLOCK_FAILED };

void cache_init(void);

// Gives a page back to the page allocator (page_reclaim_hook). False: there is none to give.
bool cache_give_back(void);

// A place in a file that a block can have: levels above its data blocks (0: one of them); first:
// the first data block that lies below it there, or it itself.
static inline uint64 block_owner(uint32 inum, uint levels, uint64 first)
{
    return (uint64)inum << 32 | (uint64)levels << 28 | first;
}
static_assert(MAXFILE <= 1 << 28, "the parts of an owner do not meet");

// A damaged image may name a block at two places. Who uses it first has it, as long as it is
// cached: so it is nobody else's while it is mapped, pinned or changed. True: b, pinned, is that
// owner's; 0 asks for one that is nobody's.
bool block_take(struct block *b, uint64 owner); // where it is not so yet
static inline bool block_claim(struct block *b, uint64 owner)
{
    return likely(__atomic_load_n(&b->owner, __ATOMIC_RELAXED) == owner) || block_take(b, owner);
}

void cache_put(struct block *b); // b may be 0

// Keeps b, which is pinned, in the cache for longer than a call: unlike a pin this is accounted
// for. False: there is no memory for that. b is not freed meanwhile (cache_forget). cache_release:
// b may be 0.
bool cache_keep(struct block *b);
void cache_release(struct block *b);

// The block's bytes, while pinned.
void *block_data(const struct block *b);

// A program that maps the last block of a file may store behind the file's end. tail: where in the
// block that is; the journal zeroes what lies behind when it copies the block.
void block_set_tail(struct block *b, uint tail);
// The file's bytes in the block will end at end, if they did not reach as far yet: what lies
// between becomes zero.
void block_extend_tail(struct block *b, uint end);
// Zeroes what lies behind the file's end; from now on nobody stores there.
void block_cut_tail(struct block *b);

// The block was freed: its page is detached; whoever still pins or maps it keeps the old bytes,
// and the next owner gets a new page. Inside the transaction that frees it. False: another place
// has it, and it stays.
bool cache_forget(uint64 owner, uint32 blockno);

// For cache_read.c. No lock of the cache is held.

// The block of that number, pinned. If there is none: fresh, a block of cache_obtain, which enters
// the table (or is 0).
struct block *cache_pin(uint32 blockno, struct block *fresh);
bool cache_present(uint32 blockno);

// A block with a page, state BLOCK_READING, pinned once and detached: memory that is free, else
// that of a clean block that was not used for long. 0: none.
struct block *cache_obtain(void);
// b has been read, or could not be: then it leaves the table.
void cache_read_done(struct block *b, bool ok);
// Waits until b, pinned, is read: false if it could not be.
bool cache_wait_read(struct block *b);

// For the journal alone: b may not be evicted until cache_clean. True if it was clean: then one of
// the caller's promises of memory is spent.
bool cache_dirty(struct block *b);
void cache_clean(struct block *b);

// How many blocks are pinned, how many are changed, and how many frames are promised to the cache
// itself.
uint64 cache_in_use(void);
uint64 cache_changed(void);
uint64 cache_promised(void);

#endif
