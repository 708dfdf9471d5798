// The little that lower folders may know of the running thread.
#ifndef KERNEL_LOCK_THREAD_H
#define KERNEL_LOCK_THREAD_H

#include "kernel/lib/kdef.h"

// The journal's account of a transaction of this thread.
struct transaction {
    bool open;
    uint blocks_left; // blocks that it may still add to the group
    uint frames;      // frames that it has promised and not spent
};

// The running thread's.
struct transaction *thread_transaction(void);
bool thread_in_transaction(void); // it is open

// The running thread is to end at its next return to user mode. Work that may take long asks at
// each page, block or turn of a loop, and leaves early: what it answers then, nobody will see.
bool thread_killed(void);

// Whether it may take the last frames of memory: it is of init, once that is a program, or of a
// shell of the console.
bool thread_has_reserve(void);

// Starts a kernel thread (proc/ sets the function at boot): main(arg) must not return.
extern void (*thread_start)(const char *name, void (*main)(void *arg), void *arg);

#endif
