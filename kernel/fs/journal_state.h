// What the journal's sources share: journal.c (transactions), journal_commit.c (the thread) and
// journal_recover.c (mounting); journal_io.c takes its lock.
#ifndef KERNEL_FS_JOURNAL_STATE_H
#define KERNEL_FS_JOURNAL_STATE_H

#include "kernel/fs/journal.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

#define COPIES_MAX (2 * JDESC_BLOCKS)
// Blocks of the ring that a group takes besides its copies: descriptor and commit record.
#define GROUP_OVERHEAD 2

// A journal copy: a block as one group left it, until it is home.
// L journal.lock; T the journal's thread alone
struct journal_copy {
    struct page *page;   // T
    uint32 home;         // T: block number
    struct block *block; // L: the block whose newest copy this is; NULL: that block was freed
};

// I immutable after mount; L lock; T the journal's thread alone
struct journal {
    struct spinlock lock;
    const struct superblock *sb; // I: what is mounted
    uint32 ring;                 // I: blocks of the ring, which follows the header
    uint32 group_max;            // I: blocks of a group

    // The running group, which transactions join, or the group that is closing.
    struct list blocks; // L: changed blocks, through group
    uint count;         // L: of them; for each one frame is promised for its copy
    uint open;          // L: transactions
    uint reserved;      // L: blocks that they may still add
    bool closing;       // L: the group takes no more transactions
    uint64 frames;      // L; T while the group is copied: frames that all copies have, or will have

    // Numbers of groups count modulo 2^64.
    uint64 running;    // L: number of the running group
    uint64 committed;  // L: of the last group that is on disk for good
    uint64 requested;  // L: calls that want all blocks home
    uint64 completed;  // L: how many of these are served
    bool want_commit;  // L: do not wait for the clock
    bool failed;       // L: a write failed, or nothing is mounted: nothing is written any more
    int work, changed; // channels: the thread sleeps on work, others on changed

    // Committed groups whose blocks are not all home.
    uint ncopies;                               // I: copies at once, at most COPIES_MAX
    struct journal_copy *copy[COPIES_MAX];      // T: all; the first npending are in use, by home
    uint npending;                              // T
    struct journal_copy *group[COPIES_MAX / 2]; // T: those of the group that is being committed
    uint32 head;                                // T: where in the ring the next group begins
    uint32 ring_used;                           // T: blocks of the groups before it

    // Pages for blocks of the journal. T
    char record[BSIZE] __attribute__((aligned(BSIZE)));     // header or commit record
    char descriptor[BSIZE] __attribute__((aligned(BSIZE))); // descriptor
};

extern struct journal journal;

// Block i of the ring lies on disk at ring_block(i). ring_add: the place n blocks behind i.
static inline uint32 ring_block(uint32 i) { return journal.sb->logstart + 1 + i; }

static inline uint32 ring_add(uint32 i, uint32 n) { return (i + n) % journal.ring; }

#endif
