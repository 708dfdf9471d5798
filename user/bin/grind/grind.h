// grind: several processes make random system calls at the same time, for a long time.
//
//     main.c    workers, limits, cleaning up
//     files.c   files, links, directories
//     procs.c   processes, pipes, memory, floating point
//     wild.c    calls with arguments that must be refused
//
// An operation may fail, because the other processes work in the same directory, and memory may be
// short. But it must not give a wrong result: broken() reports that and ends the process.
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
int pick(int n);                  // a random number in 0 .. n - 1
const char *pick_name(char *buf); // one of a few paths, in buf[MAXPATH]

#endif
