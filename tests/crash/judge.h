// Does the kernel make of a disk what it must?
#ifndef CRASH_JUDGE_H
#define CRASH_JUDGE_H

#include "tests/crash/log.h"

#define JUDGE_TEXT 3000

// What was asked, and found.
struct judge {
    const struct log *log;
    uint first, last; // the tree must be that of one of these versions of the log
    uint8 *disk;      // it is mounted here: recovery changes it
    bool *touched;    // for each block: was written
    struct tree tree; // that was found
    char said[200];   // the kernel's last line
    char text[JUDGE_TEXT];
};

// True if all is well; else text says what is not.
bool judge_disk(struct judge *j);

#endif
