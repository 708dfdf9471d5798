// Sleep and wakeup, over hashed queues: a wakeup costs what its sleepers cost.
//
// A channel is any address that sleeper and waker agree on. The caller holds lock, which guards
// the condition waited for, and checks the condition again in a loop:
//
//     spin_lock(&l);
//     while (!ready)                      spin_lock(&l);
//         sleep(&ready, &l);              ready = true;
//     ...                                 wakeup(&ready);
//     spin_unlock(&l);                    spin_unlock(&l);
#ifndef KERNEL_THREAD_WAITQ_H
#define KERNEL_THREAD_WAITQ_H

#include "kernel/lib/kdef.h"

struct spinlock;
struct thread;

void waitq_init(void);

// Lets lock go, sleeps until a wakeup of chan, and takes lock again. No wakeup is lost that comes
// after lock was let go. The caller holds no other spinlock.
void sleep(const void *chan, struct spinlock *lock);

// The same, but a kill of the thread ends the sleep, too: 0 after a wakeup; -EINTR if the thread
// has been killed (also at once, without sleeping).
int sleep_killable(const void *chan, struct spinlock *lock);

// The same for at most ticks clock ticks: 0; -ETIMEDOUT; -EINTR if killable and killed.
int sleep_timeout(const void *chan, struct spinlock *lock, uint64 ticks, bool killable);

// Makes all sleepers on chan ready. May be called anywhere, interrupt handlers included.
void wakeup(const void *chan);

// Makes one of them ready, the longest asleep, and returns it; NULL: nobody sleeps on chan.
struct thread *wakeup_one(const void *chan);

// Ends a killable sleep of t, if it is in one.
void wakeup_killed(struct thread *t);

// Clock ticks since boot, by the time counter; how many counts of that a tick has.
uint64 clock_ticks(void);
uint64 clock_interval(void);

// Ends the sleeps whose time is over. Called once a clock tick, on one hart.
void waitq_tick(void);

#endif
