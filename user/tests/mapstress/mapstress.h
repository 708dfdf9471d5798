// mapstress [-l] [-t seconds] [-n threads] [-s seed]: threads of one process map, unmap, protect,
// touch, fork and end at random, sleep at futexes, and move data between files, pipes and mappings
// meanwhile.
//
//     main.c         the supervisor: one crew after the other, what is in use before and after
//     crew.c         a process with its threads: how it begins and ends
//     work.c         what a thread does with memory
//     work_calls.c   what else it does: futexes, procmem_write, files
//
// Each thread has slots: places in memory that it alone maps anew, so that it knows what is there.
// It uses the others' as well, through system calls, which may fail. Nothing of that kills it. One
// crew of four is wild: it loads and stores there, too, and unmaps them and truncates the file.
// Then it is killed soon, as it should be, and the supervisor starts the next.
//
// With -l, memory is little: a call may fail for want of it, and a crew may be killed when it
// touches a page that nobody promised. Whatever else goes wrong is noticed as before.
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
#define ARENA       0x2000000000UL
#define SLOT_SIZE   (SLOT_PAGES * PGSIZE)
#define COPY_MAX    (3 * PGSIZE) // bytes of one read or write

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
extern int little_memory;  // -l was given

// How the crew of a seed ends.
enum ending { JOINS, KILLS_ITSELF, EXITS, GOES_WILD };

static inline enum ending ending_of(uint64 seed) { return seed % 4; }

// A process with so many threads, until uptime() is deadline or it is killed. Does not return.
void be_crew(uint64 seed, int threads, int deadline) __attribute__((noreturn));

// A thread's life: arg is its struct worker.
int work(void *arg);

// True if the call that has just failed did so for want of memory, and may.
static inline int out_of_memory(void) { return little_memory && errno == ENOMEM; }

// A number from 0 to n - 1; a place in anybody's slots, at a word; a word to be stored.
int pick(struct worker *w, int n);
char *any_word(struct worker *w);
static inline uint64 new_word(struct worker *w) { return MAGIC << 32 | pick(w, 1 << 30); }

// Operations of work_calls.c.
void use_futex(struct worker *w);
void write_own_memory(struct worker *w);
void grow_heap(struct worker *w);
void use_files(struct worker *w);

#endif
