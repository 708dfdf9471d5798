// The run queue and switching. One queue, first in first out, under one lock: a hart takes the
// first thread that may run on it. A switch goes straight from one thread to the next; a hart
// without work runs its idle thread, which waits for an interrupt.
//
// Who makes a thread runnable sends an interrupt to an idle hart that may run it, if there is one;
// a pinned thread whose hart is busy gets it at the next clock tick. The sched lock
// is held across a switch: the next thread releases it, so nobody sees a thread as runnable, or as
// a zombie, whose stack is still in use.
#ifndef KERNEL_PROC_SCHED_H
#define KERNEL_PROC_SCHED_H

#include "kernel/lib/kdef.h"
#include "kernel/lock/spinlock.h"

struct proc;

extern struct spinlock sched_lock;

// => sched_lock held: puts p at the queue's end and wakes an idle hart.
void sched_ready_locked(struct proc *p);
// The same for one that was asleep; a shell of the console comes first.
void sched_ready(struct proc *p);

// => sched_lock held, the running thread's state is not RUNNING any more; runs others, and
// returns with the lock held when the thread is chosen again.
void sched_switch_locked(void);

// Lets others run, if any are ready.
void sched_yield(void);

// The running thread runs on hart index only: is there when this returns, and stays.
void sched_pin(uint index);

// True if a thread waits for a hart, perhaps another one than this.
bool sched_others_ready(void);

// This hart's slot for trap entry follows the running process: after its address space or its
// isolation has changed.
void sched_set_slot(struct proc *p);

// What a hart does at the end of its boot: becomes its idle thread. Does not return.
noreturn void sched_idle(void);
// Makes the idle thread of hart index and returns where its stack begins, below its trap frame.
// Panics if memory is short.
vaddr_t sched_make_idle(uint index);

// Makes p, which is new, runnable: it begins in fn(arg), which must not return, on its own kernel
// stack.
void sched_start(struct proc *p, void (*fn)(void *arg), void *arg);

#endif
