// grind: processes that make random system calls, for a long time, side by side.
//
//     main.c    workers, limits, cleaning up
//     files.c   files, links, directories
//     procs.c   processes, pipes, memory, floating point
//     wild.c    calls with arguments that must be refused
//
// An operation may fail, since others work in the same directory and memory may be short; what it
// must not do is give a wrong result. broken() reports that and ends the worker.
#ifndef USER_BIN_GRIND_GRIND_H
#define USER_BIN_GRIND_GRIND_H

#include "user/lib/util.h"

struct operation {
    const char *name;
    void (*run)(void);
};

extern const struct operation file_operations[];
extern const struct operation process_operations[];
extern const struct operation wild_operations[];

void broken(const char *what) __attribute__((noreturn));
int pick(int n);                  // a number in 0 .. n - 1
const char *pick_name(char *buf); // a path of few; buf of MAXPATH bytes

#endif
