// What the parts of the journal share: journal.c (transactions), journal_commit.c (the thread),
// journal_io.c (its requests to the disk), journal_recover.c (mounting).
#ifndef KERNEL_FS_JOURNAL_STATE_H
#define KERNEL_FS_JOURNAL_STATE_H

#include "kernel/fs/journal.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

#define IMAGES_MAX (2 * JDESC_BLOCKS)
#define GROUP_OVERHEAD                                                                             \
    2 // blocks of the ring that a group takes besides its images: descriptor and commit record

// The copy of a block as one group left it, until it is home. L journal.lock; T the thread's
struct journal_image {
    struct page *page;   // T
    uint32 home;         // T: block number
    struct block *block; // L: the block whose newest image this is; 0: that was freed
};

// I immutable after mount; L lock; T the thread's alone
struct journal {
    struct spinlock lock;
    const struct superblock *sb; // I: what is mounted
    uint32 ring;                 // I: blocks of the ring, which follows the header
    uint32 group_max;            // I: blocks of a group

    // The running group, which transactions join.
    struct list blocks; // L: changed blocks, through group
    uint count;         // L: of them; for each one frame is promised for its image
    uint open;          // L: transactions
    uint reserved;      // L: blocks that they may still add
    uint64 frames;      // L; T while the group is copied: that images have, or are promised
    bool closing;       // L: the group takes no more transactions; it is about to be copied

    // Numbers of groups count modulo 2^64.
    uint64 running;    // L: number of the running group
    uint64 committed;  // L: of the last group that is on disk for good
    uint64 requested;  // L: calls that want all blocks home
    uint64 completed;  // L: of these, served
    bool want_commit;  // L: do not wait for the clock
    bool failed;       // L: a write failed: nothing is written any more
    int work, changed; // channels: the thread waits on work, others on changed

    // Committed groups whose blocks are not all home.
    uint nimages; // I: pending at once, at most IMAGES_MAX
    // T: all; the first npending hold a copy, sorted by home
    struct journal_image *image[IMAGES_MAX];
    uint npending;                               // T
    struct journal_image *group[IMAGES_MAX / 2]; // T: those of the group that is being committed
    uint32 head;                                 // T: where in the ring the next group begins
    uint32 ring_used;                            // T: blocks of the groups before it

    // Pages for blocks of the ring. T
    char record[BSIZE] __attribute__((aligned(BSIZE)));     // header or commit record
    char descriptor[BSIZE] __attribute__((aligned(BSIZE))); // descriptor
};

extern struct journal journal;

// Blocks of the journal: where i, a place in the ring, lies on disk; the place n after i.
static inline uint32 ring_block(uint32 i) { return journal.sb->logstart + 1 + i; }

static inline uint32 ring_add(uint32 i, uint32 n) { return (i + n) % journal.ring; }

#endif
