// The scheduler: which thread runs on which hart, and switching.
//
// A policy (policy.h) keeps the threads that are ready and says which one a hart runs next. A
// switch goes straight from one thread to the next. A hart without work runs its idle thread, which
// waits for an interrupt.
//
// A thread that becomes ready may run on some idle hart: that hart gets an interrupt. If the thread
// is bound to a hart that is busy, the hart finds it at the next clock tick.
//
// sched_lock is held across a switch: the next thread lets it go. So nobody sees a thread as ready,
// or as a zombie, whose stack is still in use.
#ifndef KERNEL_THREAD_SCHED_H
#define KERNEL_THREAD_SCHED_H

#include "kernel/lib/kdef.h"
#include "kernel/lock/spinlock.h"

struct thread;

extern struct spinlock sched_lock;

// Chooses the policy that the boot argument sched=NAME names: fifo if there is none. Boot, before
// the first thread is ready.
void sched_init(void);

// Makes t, which is new, ready: it begins in fn(arg), which must not return, on its own kernel
// stack.
void sched_start(struct thread *t, void (*fn)(void *arg), void *arg);

// Makes t, which was asleep or is new, ready.
void sched_ready(struct thread *t);

// => sched_lock held, the running thread's state is not RUNNING any more: runs others, and returns
// with the lock held when the thread is picked again.
void sched_switch_locked(void);

// Lets others run, if any are ready.
void sched_yield(void);

// Ends the running thread: it is a ZOMBIE, and its stack is free when the switch is over
// (sched_settle). => *lock held, and no other; it is let go.
noreturn void sched_end(struct spinlock *lock);
// Returns when all switches that have begun are over.
void sched_settle(void);

// Binds the running thread to hart index: it is there when this returns, and stays.
void sched_bind(uint index);

// A clock tick has met the running thread. Interrupts are off.
void sched_tick(void);

// This hart's slot for trap entry follows the running thread t: after its address space or its
// isolation has changed.
void sched_set_slot(const struct thread *t);

// Makes the idle thread of hart index and returns where its stack begins, below its trap frame.
// Panics if memory is short.
vaddr_t sched_make_idle(uint index);
// This hart runs its idle thread from now on. Boot.
void sched_begin(void);
// What the idle thread does. Does not return.
noreturn void sched_idle(void);

#endif
