// mapstress [-t seconds] [-n threads] [-s seed]: threads of one process map, unmap, protect, touch,
// fork and end at random, and move data between files, pipes and mappings meanwhile.
//
//     main.c    the supervisor: one crew after the other, what is in use before and after
//     crew.c    a process with its threads: how it begins and ends
//     work.c    what a thread does
//
// Each thread has slots: places in memory that it alone maps anew, so that it knows what is there.
// It uses the others' as well, through system calls, which may fail. Nothing of that kills it. One
// crew of four is wild: it loads and stores there, too, and unmaps them and truncates the file. Then
// it is killed soon, as it should be, and the supervisor starts the next.
//
// All words that there are in mappings and in the file are 0 or begin with MAGIC: what a page shows
// that was not given to it is noticed.
#ifndef USER_TESTS_MAPSTRESS_MAPSTRESS_H
#define USER_TESTS_MAPSTRESS_MAPSTRESS_H

#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"
#include "user/lib/thread.h"

#define MAX_THREADS 16
#define SLOTS       4 // of each thread
#define SLOT_PAGES  8
#define FILE_NAME   "/mapstress.dat"
#define FILE_PAGES  48
#define MAGIC       0x6d617073UL // the upper half of each word

enum { GONE = -1 }; // a page's rights: or PROT_*

struct worker {
    struct thread thread;
    int me, ops; // its number; operations until it ends
    uint64 seed; // of its own sequence of numbers
    int file, ends[2];
    int rights[SLOTS][SLOT_PAGES]; // what it has made of its own pages
};

extern struct worker workers[MAX_THREADS];
extern int nworkers, wild; // wild: the crew is, see above

// How the crew of a seed ends.
enum ending { JOINS, KILLS_ITSELF, EXITS, GOES_WILD };

static inline enum ending ending_of(uint64 seed) { return seed % 4; }

// A process with so many threads, until uptime() is deadline or it is killed. Does not return.
void be_crew(uint64 seed, int threads, int deadline) __attribute__((noreturn));

// A thread's life: arg is its struct worker.
int work(void *arg);

#endif
