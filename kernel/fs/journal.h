// The journal: what a transaction changes reaches the disk wholly or not at all.
//
//     journal_begin(n), cache_get, change, journal_write, cache_put, ..., journal_end
//
// Transactions join the current group. A kernel thread commits the group soon after, when it is
// full, or at once for journal_sync: it closes the group, waits for its transactions to end,
// copies the changed blocks to staging pages, writes descriptor, images and commit record with
// flushes around the record, and lets blocks go home later, in batches. Format: kernel/fs.h.
//
// Checksum, log and home writes use the staged copies only. The journal thread and the disk
// driver never allocate: a transaction reserves its cache pages and staging when it starts.
#ifndef KERNEL_FS_JOURNAL_H
#define KERNEL_FS_JOURNAL_H

#include "kernel/fs.h"
#include "kernel/fs/cache.h"
#include "kernel/param.h"

// Opens a transaction that will change at most nblocks (<= MAXOPBLOCKS) different blocks. May
// sleep for room. No nesting; the caller holds no inode. 0; -ENOMEM; -EIO after a failed commit;
// -EROFS.
int journal_begin(uint nblocks);
// b, pinned, was or is about to be changed in the open transaction. Once a block is enough.
void journal_write(struct block *b);
void journal_end(void);
// How many more blocks the open transaction may change.
uint journal_left(void);

// b, pinned, was detached from the cache: takes it out of the running group, and its image goes
// home without it.
void journal_forget(struct block *b);

// Set at boot: called when a group is closed, before its blocks are copied. No transaction is open
// and no lock held. When it returns, nobody can store into file pages without a transaction.
extern void (*journal_stage_hook)(void);

// Returns when all transactions that ended before are on disk for good: 0, -EIO.
int journal_sync(void);

// Commits, brings all blocks home and marks the journal empty, so that all cached blocks are clean
// and nothing is left to recover: for sync and power-off, and to get the memory of changed blocks
// back.
// 0, -EIO.
int journal_flush(void);

// Frames that are not available now, and will be after a journal_flush: those of changed blocks and
// of their images. One that becomes available is counted here for a moment longer.
uint64 journal_pending(void);

// For who has found no memory, and holds no lock: waits until changed blocks are home, if there are
// any. True: there is more memory than before. May sleep.
bool journal_free_memory(void);

#endif
