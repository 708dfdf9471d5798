// The block cache: one cached block is one frame of RAM. This module has the table of blocks, their
// pins, their states and the memory that they take; cache_read.h brings blocks in.
//
//             cache_get of a block          the disk has
//             that is not cached            given it
//     EMPTY ------------------------> READING --------> CLEAN <---------------------+
//       ^                                |               | |                        |
//       |                 the disk could |  memory is    | | journal_write:         | the journal
//       |                 not give it    |  short, and   | | changed in a           | has written
//       |                                v  nobody       | | transaction            | it home
//       +----- last cache_put -------- FAILED  uses it   | v                        |
//       +------------------------------------------------+ DIRTY -------------------+
//
//     a life:  cache_get, look or change (journal_write), cache_put
//
// A block is found by its number while it is in the table. It is *detached* when it leaves the
// table: because the disk freed it, or could not give it. Those who still use a detached block keep
// the old bytes, and the last cache_put ends it.
//
// The owner of the block on disk guards its bytes: a file's by its inode's lock, a bitmap's by the
// allocator's.
//
// Clean blocks that nobody uses are given back when memory is short. The first to go are those that
// were not used for longest, roughly: a block that was found again gets a second chance. At boot
// the cache gets a share of memory. It never fails for want of room while clean blocks are left
// that nobody uses.
#ifndef KERNEL_FS_CACHE_H
#define KERNEL_FS_CACHE_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"

enum block_state { BLOCK_EMPTY, BLOCK_READING, BLOCK_CLEAN, BLOCK_DIRTY, BLOCK_FAILED };

// C cache lock; B lock of its bucket; J journal lock; I immutable while pinned; a atomic
struct block {
    struct list hash;  // B: in its bucket; C, too, when it is taken out; C: in the list unused
    struct list lru;   // C: in the list of clean blocks
    uint32 blockno;    // I
    int32 pins;        // B
    uint8 state;       // C: BLOCK_...
    bool detached;     // B, and C when it becomes true: no longer found by number
    uint16 tail;       // its owner's lock: bytes of it that are the file's; 0: all (block_set_tail)
    bool used;         // a: found since it was last considered for eviction
    uint64 owner;      // a: the place in a file that has it (block_owner); 0: none yet
    struct page *page; // I: one reference is ours; others (mappings) keep the bytes alive
    struct list group; // J: in the list of the running group
    struct journal_copy *copy; // J: its newest journal copy that is not yet home
};

void cache_init(void);

// Gives one page back to the page allocator (page_reclaim_hook). False: there is none to give.
bool cache_give_back(void);

// One pin less. The last one frees a detached block. b may be NULL.
void cache_put(struct block *b);

// Keeps b, which is pinned, in the cache for longer than a call: unlike a pin this is counted in
// the account of memory. False: there is no memory for that. The caller sees to it that b's
// number is not freed on disk meanwhile (cache_forget).
bool cache_keep(struct block *b);
void cache_release(struct block *b); // ends that; b may be NULL

// The block's bytes. They stay in place while it is pinned.
void *block_data(const struct block *b);

// --- Whose a block is ---

// A place in a file that a block can have: levels above the file's data blocks (0: it is one of
// them); first: the first data block that lies below it, or it itself.
static inline uint64 block_owner(uint32 inum, uint levels, uint64 first)
{
    return (uint64)inum << 32 | (uint64)levels << 28 | first;
}
static_assert(MAXFILE <= 1 << 28, "the parts of an owner do not meet");

// A damaged image may name one block at two places. The first place that uses it has it, as long
// as it is cached: so no other place sees it while it is mapped, pinned or changed.
//
bool block_take_first(struct block *b, uint64 owner); // the case that nobody has it: did we get it?

// Gives b, pinned, to owner if nobody has it yet. True: owner has it now, or had it before. An
// owner of 0 asks whether nobody has it.
static inline bool block_take(struct block *b, uint64 owner)
{
    return likely(__atomic_load_n(&b->owner, __ATOMIC_RELAXED) == owner) ||
           block_take_first(b, owner);
}

// --- Bytes behind a file's end ---

// A program that maps the last block of a file may store behind the file's end. tail says where in
// the block that end is: the journal zeroes what lies behind it when it copies the block.
void block_set_tail(struct block *b, uint tail);
// The file grows: its bytes in the block will reach up to end at least. The bytes between the
// old tail and end become zero.
void block_extend_tail(struct block *b, uint end);
// Zeroes what lies behind the file's end. From now on nobody stores there.
void block_cut_tail(struct block *b);

// --- For cache_read.c. No lock of the cache is held ---

// The block of that number, pinned. If the table has none, fresh, which comes from cache_new_block,
// is entered under that number; NULL if fresh is NULL, too.
struct block *cache_pin(uint32 blockno, struct block *fresh);
bool cache_present(uint32 blockno); // is it in the table?

// A block with a page, in state READING, pinned once and detached. The page is free memory, or was
// that of a clean block that nobody uses. NULL: there is neither.
struct block *cache_new_block(void);
// The disk has given b, or could not (ok false): then b leaves the table. Wakes those who wait.
void cache_read_done(struct block *b, bool ok);
// Waits until b, pinned, has been read. False: it could not be.
bool cache_wait_read(struct block *b);

// --- For the allocator and the journal ---

// Block blockno is being freed on disk: it is detached, and its journal copy forgets it. The next
// owner of the number gets a new page. In the transaction that frees it. False: another place than
// owner has the block, and it stays.
bool cache_forget(uint64 owner, uint32 blockno);

// b was changed: it may not be evicted before cache_clean. True if it was clean: then one of the
// caller's promises of memory has become the cache's.
bool cache_dirty(struct block *b);
void cache_clean(struct block *b); // it is home

// --- Counts ---

uint64 cache_in_use(void);   // blocks that are pinned
uint64 cache_changed(void);  // blocks that are dirty
uint64 cache_promised(void); // frames that are promised to the cache itself

#endif
