// A life: a disk is mounted, calls chosen at random change its files, and all is logged.
#ifndef CRASH_WORK_H
#define CRASH_WORK_H

#include "tests/crash/log.h"

struct work_plan {
    uint64 seed;
    uint calls; // how many; 0: the life ends when the disk is mounted
    // they are long writes, so that the first group reaches far round the journal's ring
    bool large;
};

// The life on the disk of log, which is filled in; log->failure says if the kernel failed, or held
// something else than the model.
void work_run(const struct work_plan *plan, struct log *log);

#endif
