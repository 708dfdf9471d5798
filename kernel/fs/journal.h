// The journal: what a transaction changes reaches the disk wholly or not at all.
//
//     journal_begin(n), cache_get, change, journal_write, cache_put, ..., journal_end
//
// Transactions join the running group. The journal's thread commits the group: soon after, when it
// is full, or at once for journal_sync.
//
//     RUNNING     transactions join, change blocks and end
//        |           a second is over, the group is half full, or journal_sync
//     CLOSING     no transaction may join; those that are open end
//        |           none is open: the thread copies the changed blocks
//     LOGGING     descriptor and copies are written to the ring; the next group is RUNNING
//        |           the commit record is on disk
//     COMMITTED   a power cut cannot undo the group any more: recovery would write it home
//        |           copies or ring run short, nothing happens for a second, or journal_flush
//     HOME        all its blocks lie in their places, and its part of the ring is free
//
// The thread copies the changed blocks to pages of their own, the *journal copies*. What it sums
// up, logs and writes home are these copies only, so the blocks may change meanwhile. Blocks go
// home later, in batches. A block's *home* is its place on disk. Format on disk: kernel/fs.h.
//
// The journal's thread and the disk driver never allocate: a transaction reserves the frames for
// its changed blocks and for their copies when it begins.
#ifndef KERNEL_FS_JOURNAL_H
#define KERNEL_FS_JOURNAL_H

#include "kernel/fs.h"
#include "kernel/fs/cache.h"
#include "kernel/param.h"

// Opens a transaction of the calling thread that will change at most nblocks (<= MAXOPBLOCKS)
// different blocks. A thread has one at a time, and begins it before it locks an inode. May sleep
// for room. 0; -ENOMEM; -EIO: a commit has failed; -EROFS.
int journal_begin(uint nblocks);
// b, pinned, was changed in the open transaction, or is about to be. Once a block is enough.
void journal_write(struct block *b);
void journal_end(void);
// How many more blocks the open transaction may change.
uint journal_left(void);

// b, pinned, has just been detached from the cache, because it was freed: takes it out of the
// running group. Its journal copy goes home without it.
void journal_forget(struct block *b);

// Set at boot: called when a group is closed, before its blocks are copied. No transaction is open
// and no lock is held. When it returns, nobody can store into pages of files without a transaction.
extern void (*journal_stage_hook)(void);

// Returns when all transactions that ended before are on disk for good: 0, -EIO.
int journal_sync(void);

// Commits, brings all blocks home and marks the journal empty: then all cached blocks are clean,
// and nothing is left to recover. For sync and power-off, and to get the memory of changed blocks
// back. 0, -EIO.
int journal_flush(void);

// Frames that are not available now and will be after a journal_flush: those of changed blocks and
// of their copies. A frame that becomes available is counted here for a moment longer.
uint64 journal_pending(void);

// For a caller that has found no memory, and holds no lock: waits until changed blocks are home, if
// there are any. True: there is more memory than before. May sleep.
bool journal_free_memory(void);

#endif
