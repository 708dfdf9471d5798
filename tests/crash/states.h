// The states in which a power cut may leave the disk of a life, and whether the kernel makes of
// each what it must.
//
// What a power cut leaves: all writes that a finished flush covers (they were answered before it
// was sent); of the others that were sent, any may be there or not, in any order, and of each any
// of its sectors. So a state is a moment of the log and, for each write that is not safe then,
// which of its sectors arrived.
//
// What must come of it: fsck finds nothing but inodes that were open; the kernel mounts it; the
// tree is that after some transaction that had ended (a call is one, but for long writes and cuts)
// and not before what fsync or sync had promised; after a sync fsck finds nothing at all, and
// nothing is lost.
//
// Some states begin another life: it is mounted and logged, sometimes with more calls, and cut
// again.
#ifndef CRASH_STATES_H
#define CRASH_STATES_H

#include "tests/crash/log.h"

#define HUNT_NAME 64

struct hunt {
    uint64 seed;
    uint64 wanted;    // distinct states
    const char *only; // judge this state alone ("3.125.7"), 0: all
    const char *keep; // where a disk that fails is kept: a path, to which .img is added
    bool verbose;
    // What was done.
    uint64 distinct, tried, lives, judged;
    char trying[HUNT_NAME]; // the state that is tried now
    uint64 *seen;           // hashes of the states so far: a table of seen_size, a power of two
    uint64 seen_size;
    char failure[4000]; // empty: none
};

// Goes through about n states of the life that log tells; name is its place in the hunt ("3").
// True: none failed.
bool states_try(struct hunt *hunt, const struct log *log, const char *name, uint depth, uint64 n);

// A seed made of two numbers.
uint64 states_mix(uint64 a, uint64 b);

#endif
