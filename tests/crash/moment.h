// A moment of a life at which the power may go, and a state that it may leave the disk in.
//
//     a life:  moment_new, moment_begin, moment_step for each event of the log and, between them,
//     as often as wanted:
//              moment_choose, moment_hash, moment_compose
#ifndef CRASH_MOMENT_H
#define CRASH_MOMENT_H

#include "kernel/fs.h"
#include "tests/crash/log.h"

#define SECTOR      512
#define SECTORS     (BSIZE / SECTOR) // of a block: a bit each in a byte
#define PENDING_MAX 1000

// A write that was sent and is not safe.
struct pending {
    const struct log_event *write;
    bool written;         // it was answered
    bool covered;         // before the flush that is under way was sent
    uint64 hash[SECTORS]; // of its sectors
    uint8 arrived;        // in the state that is tried: its sectors
};

struct moment {
    const struct log *log;
    uint64 seed;
    uint8 *safe;         // the disk with all that is safe
    uint64 *sector_hash; // of safe
    uint64 hash;         // all of them added up
    struct pending pending[PENDING_MAX];
    uint npending;
};

struct moment *moment_new(const struct log *log, uint64 seed);
void moment_free(struct moment *m);

// Before the first event. touched says for each block whether a disk that is composed may differ
// from safe there; here and in a step what changes in safe is marked.
void moment_begin(struct moment *m, bool *touched);
void moment_step(struct moment *m, const struct log_event *e, bool *touched);
// After an event of that kind there are states that were not there before.
bool moment_is_new(enum disk_event kind);

// Chooses which sectors of the pending writes have arrived.
void moment_choose(struct moment *m);
// The state's hash: equal for equal disks.
uint64 moment_hash(struct moment *m);
// Makes the disk of the state.
void moment_compose(const struct moment *m, uint8 *disk, bool *touched);

// The next random number of *seed, below n: as world_random, but outside of worlds.
uint64 moment_random(uint64 *seed, uint64 n);

#endif
