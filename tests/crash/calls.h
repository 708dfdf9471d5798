// The calls that change files, chosen at random: what calls.c and work.c share.
#ifndef CRASH_CALLS_H
#define CRASH_CALLS_H

#include "tests/crash/log.h"
#include "tests/crash/model.h"
#include "tests/crash/work.h"

#define HANDLES 4

// What may be called.
#define CALLS(X)                                                                                   \
    X(create)                                                                                      \
    X(mkdir)                                                                                       \
    X(symlink)                                                                                     \
    X(write)                                                                                       \
    X(append)                                                                                      \
    X(overwrite)                                                                                   \
    X(long_write)                                                                                  \
    X(sparse_write)                                                                                \
    X(store)                                                                                       \
    X(truncate)                                                                                    \
    X(link)                                                                                        \
    X(unlink)                                                                                      \
    X(rename)                                                                                      \
    X(open_file)                                                                                   \
    X(close_file)                                                                                  \
    X(fsync)                                                                                       \
    X(sync_all)                                                                                    \
    X(wait)

#define CALL_ID(name) CALL_##name,
enum call { CALLS(CALL_ID) NCALLS };
#undef CALL_ID

// A file that is open.
struct handle {
    struct inode *ip; // 0: none
    int node;
};

struct work {
    const struct work_plan *plan;
    struct log *log;
    struct model *m;
    struct handle handle[HANDLES];
    uint8 *disk;
    uint8 *bytes; // WRITE_BYTES, to be written
    uint64 stamp; // makes all bytes that are written different
    uint staged;  // groups that were closed
    struct tree tree, other;
};

#define WRITE_BYTES (40 * BSIZE) // the longest write

// Each does one call, if there is something to do it to.
extern void (*const call_functions[NCALLS])(struct work *w);

#endif
