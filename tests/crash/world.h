// The kernel's file system as a program of the host: what stands around it.
//
//     a life:  world_run(main, ...): in main, set world_disk (and world_chance), world_boot,
//     fs_mount, any function of
//              kernel/fs; when main returns, that kernel is gone, and another world_run begins with
//              a new one
//
// kernel/fs and kernel/mem are compiled as they are. This folder gives what they need of lower
// folders:
//
//     threads.c   threads, sleep and wakeup, the clock: one thread runs at a time, and who is next
//     is decided by
//                 a random number of the seed, so that a run can be repeated
//     locks.c     spinlocks and sleeplocks, with the checks of the lock order
//     disk.c      a disk in memory that answers late and in any order
//     lib.c       memory, panic
//     world.c     the beginning and the end
//
// **All variables of the program get back, at each world_run, the values that they had at the first
// one**: so the kernel's own begin anew. What a program wants to keep lies on its stack or in the
// heap, and pointers to it are set before the first world_run.
#ifndef CRASH_WORLD_H
#define CRASH_WORLD_H

#include "kernel/lib/kdef.h"

// Calls main(arg) in a new world. Returns 0, or why the kernel came to its end before main
// returned: a panic, or all threads slept and nothing would ever wake them (good until the next
// call).
const char *world_run(void (*main)(void *arg), void *arg);

// Starts the kernel as far as the file system needs it, with world_disk, in memory of so many
// frames.
void world_boot(uint frames);
#define WORLD_FRAMES 2048 // enough for every test here

// How the threads of a run take turns.
struct world_chance {
    // of all random decisions; 0: there are none, and the first possible thing happens
    uint64 seed;
    // one in so many times that a thread lets its last spinlock go, something else happens; 0:
    // never
    uint preempt;
};
extern struct world_chance world_chance;

// The next random number, below n.
uint64 world_random(uint64 n);

// Lets up to n things happen beside the running thread: another thread runs until it sleeps, the
// disk answers, the clock ticks.
void world_pause(uint n);

// Ends the world, as a panic does.
noreturn void world_fail(const char *format, ...) printflike(1, 2);

// Called when the running thread ends a transaction, before others can know of it. 0: nothing is
// called.
extern void (*world_transaction_ended)(void);

// --- The disk ---

enum disk_event { EVENT_WRITE, EVENT_WRITTEN, EVENT_FLUSH, EVENT_FLUSHED };

// The disk: bytes, which belong to the caller, and what is to be called at each event. number
// counts requests for a block (a write of n blocks is n of them): an answer has the number of its
// request. bytes are those of a write.
struct world_disk {
    uint8 *bytes;
    uint32 blocks;
    void (*event)(enum disk_event event, uint32 number, uint32 blockno, const void *bytes); // or 0
    bool (*skip_flush)(void); // true: this flush does nothing (a fault that is tried); or 0: never
};
extern struct world_disk world_disk;

// --- For the files of this folder alone ---

void world_threads_prepare(void); // before the first world
void world_disk_prepare(void);
void world_disk_insert(void);        // world_disk is set
bool world_disk_busy(void);          // requests wait for their answer
void world_disk_answer(void);        // one of them gets it
void world_unlocked(void);           // the last spinlock was let go
noreturn void world_leave(void);     // ends the world: back to world_run
noreturn void world_leave_now(void); // the same, in the thread that world_run was called in

// What the locks know of the running thread.
struct held_set *world_held(void);
const void *world_thread(void);

#endif
