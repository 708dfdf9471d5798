// The little that fs/, vm/ and file/ need to know of the running thread.
#ifndef KERNEL_THREAD_SELF_H
#define KERNEL_THREAD_SELF_H

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
// each page, block or turn of a loop, and leaves early: nobody will see the result of the call.
bool thread_killed(void);

// Starts a kernel thread, which runs main(arg). main must not return. Panics if memory is short:
// for boot only.
void thread_start(const char *name, void (*main)(void *arg), void *arg);

#endif
