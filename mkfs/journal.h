// The journal of an image: brings home what a crash may have left in it.
#ifndef MKFS_JOURNAL_H
#define MKFS_JOURNAL_H

#include "mkfs/image.h"

struct journal_summary {
    uint32 groups;     // committed ones that were replayed
    uint64 copies;     // blocks in them
    uint32 torn_count; // copies of a group behind them that began but does not count
};

// Writes the copies of all committed groups home, in order, and marks the journal empty, all in
// memory: image_save(image, image->sb.logstart) makes it last. The superblock is loaded. Returns 0
// or what is wrong with the journal (good until the next call).
const char *journal_replay(struct image *image, struct journal_summary *summary);

#endif
