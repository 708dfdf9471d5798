// The log of a life: what was written to the disk from the mount on, in which order, during which
// call, and what the file system held after each transaction. All in the heap.
#ifndef CRASH_LOG_H
#define CRASH_LOG_H

#include "tests/crash/tree.h"
#include "tests/crash/world.h"

struct log_event {
    enum disk_event kind;
    uint32 number;  // of the request
    uint32 blockno; // of a write
    uint8 *bytes;   // of a write
    uint32 version; // transactions that had ended
    uint32 floor;   // of these, what the kernel had promised to keep (fsync, sync)
    uint32 call;    // that was running
};

// After so many transactions the file system holds that tree. Those that change nothing that can be
// seen share it with the one before.
struct log_version {
    const struct tree *tree;
    uint64 watched; // the size of the watched inode
};

#define LOG_CALL 100 // bytes of a call's description

struct log {
    uint8 *base; // the disk when it was mounted
    uint32 blocks;
    struct log_event *event;
    uint nevents;
    struct log_version *version;
    uint nversions; // version[0] is what was found at the mount
    char (*call)[LOG_CALL];
    uint ncalls;
    struct tree **trees; // that the versions point to
    uint ntrees;
    uint32 floor;        // now
    struct inode *watch; // its size is noted with each version; 0: none
    const char *failure; // 0, or why the life ended too early
};

// An empty log for a life on that disk, which is copied.
struct log *log_new(const uint8 *disk, uint32 blocks);
void log_free(struct log *log);

// In the world: from here on the disk's events and the ends of transactions go to the log. The life
// has a disk of its own, a copy of base.
void log_begin(struct log *log, uint8 *disk);

void log_call(struct log *log, const char *format, ...) printflike(2, 3);

// From version first on up to now the file system holds tree, which is copied.
void log_tree(struct log *log, uint first, const struct tree *tree);
// The number of the latest version.
uint log_now(const struct log *log);

#endif
