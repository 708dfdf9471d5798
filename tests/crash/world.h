// The kernel's file system as a program of the host: what stands around it.
//
//     a life:  world_boot, fs_mount (kernel/fs/inode.h), any function of kernel/fs, world_pause, ...
//
// kernel/fs and kernel/mem are compiled as they are. This folder gives what they need of lower folders:
//
//     threads.c   threads, sleep and wakeup, the clock: one thread runs at a time, and who is next is decided by
//                 a random number of the seed, so that a run can be repeated
//     locks.c     spinlocks and sleeplocks, with the checks of the lock order
//     disk.c      a disk in memory that answers late and in any order
//     lib.c       memory, panic
//
// The kernel has no way to end: a program that needs it again calls world_boot in a process of its own (fork).
#ifndef CRASH_WORLD_H
#define CRASH_WORLD_H

#include "kernel/lib/kdef.h"

// Starts the kernel as far as the file system needs it, with world_disk, in memory of so many frames.
void world_boot(uint frames);

// How the threads of a run take turns.
struct world_chance {
    uint64 seed;  // of all random decisions; 0: there are none, and the first possible thing happens
    uint preempt; // one in so many times that a thread lets its last spinlock go, something else happens; 0: never
};
extern struct world_chance world_chance;

// The next random number, below n.
uint64 world_random(uint64 n);

// Lets up to n things happen beside the running thread: another thread runs until it sleeps, the disk answers, the
// clock ticks.
void world_pause(uint n);

// Called when the kernel is at its end: a panic, or all threads sleep and nothing will wake them. It must not return.
extern noreturn void (*world_failed)(const char *what);

// Called when the running thread ends a transaction, before others can know of it.
extern void (*world_transaction_ended)(void);

// --- The disk ---

enum disk_event { EVENT_WRITE, EVENT_WRITTEN, EVENT_FLUSH, EVENT_FLUSHED };

// The disk: bytes, which belong to the caller, and what is to be called at each event. number counts requests
// for a block (a write of n blocks is n of them): an answer has the number of its request. bytes are those of a write.
struct world_disk {
    uint8 *bytes;
    uint32 blocks;
    void (*event)(enum disk_event event, uint32 number, uint32 blockno, const void *bytes); // or 0
    bool (*skip_flush)(void); // true: this flush does nothing (a fault that is tried); or 0: never
};
extern struct world_disk world_disk;

// The calls that led to the flush that is about to be sent, the latest first, the kernel's own ones only: as many as
// there are, at most n. For skip_flush.
uint world_flush_place(uint64 *calls, uint n);

// --- For the files of this folder alone ---

void world_disk_insert(void); // world_disk is set
bool world_disk_busy(void);   // requests wait for their answer
void world_disk_answer(void); // one of them gets it
uint64 world_now(void);       // clock ticks
void world_unlocked(void);    // the last spinlock was let go

noreturn void world_fail(const char *format, ...) printflike(1, 2);

// What the locks know of the running thread.
struct held_set *world_held(void);
const void *world_thread(void);

#endif
