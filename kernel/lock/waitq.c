// Sleeping and waking: hashed queues of sleepers, and the clock for sleeps with a limit.
//
// A sleeper is on its channel's bucket from before its lock is let go until it is woken; its state
// changes under the sched lock, which a switch holds until the sleeper is off its stack: so a
// wakeup finds it either not yet asleep (it holds the lock that guards the condition) or fully
// asleep. Lock order: the caller's lock, clock, bucket, sched.
#include "kernel/lock/waitq.h"
#include "kernel/arch/csr.h"
#include "kernel/arch/fdt.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/spinlock.h"
#include "kernel/lock/thread.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"

#define NBUCKET 128

struct bucket {
    struct spinlock lock;
    struct list sleepers;
};

static struct bucket buckets[NBUCKET];

static struct spinlock clock_lock = SPINLOCK_INIT("clock", CLOCK);
static struct list timed = {&timed, &timed}; // by deadline; clock lock

void (*thread_start)(const char *name, void (*main)(void *arg), void *arg);

struct transaction *thread_transaction(void) { return &current()->transaction; }

bool thread_in_transaction(void) { return current()->transaction.open; }

void waitq_init(void)
{
    for (int i = 0; i < NBUCKET; i++) {
        spin_init(&buckets[i].lock, "waitq", LEVEL_WAITQ);
        list_init(&buckets[i].sleepers);
    }
}

static struct bucket *bucket_of(const void *chan)
{
    return &buckets[((uint64)chan >> 4 ^ (uint64)chan >> 11) % NBUCKET];
}

uint64 clock_interval(void) { return machine.timebase / TICK_HZ; }

uint64 clock_ticks(void) { return time_now() / clock_interval(); }

// => bucket held: p is made runnable.
static void wake_locked(struct proc *p)
{
    list_remove(&p->wait_link);
    __atomic_store_n(&p->chan, 0, __ATOMIC_RELEASE);
    sched_ready(p);
}

// => bucket b and *lock held; both are let go while asleep; then only *lock is held again.
static int sleep_in(struct bucket *b, const void *chan, struct spinlock *lock, bool killable)
{
    struct proc *p = current();
    p->killable_sleep = killable;
    p->timed_out = false;
    __atomic_store_n(&p->chan, chan, __ATOMIC_SEQ_CST);
    if (killable && __atomic_load_n(&p->killed, __ATOMIC_SEQ_CST)) {
        p->chan = 0;
        spin_unlock(&b->lock);
        return -EINTR;
    }
    list_push_back(&b->sleepers, &p->wait_link);
    spin_lock(&sched_lock);
    p->state = PS_SLEEPING;
    spin_unlock(&b->lock);
    spin_unlock(lock);
    kassert(this_cpu()->locks_held == 1);
    sched_switch_locked();
    spin_unlock(&sched_lock);
    spin_lock(lock);
    if (killable && __atomic_load_n(&p->killed, __ATOMIC_RELAXED))
        return -EINTR;
    return p->timed_out ? -ETIMEDOUT : 0;
}

void sleep(const void *chan, struct spinlock *lock)
{
    struct bucket *b = bucket_of(chan);
    spin_lock(&b->lock);
    sleep_in(b, chan, lock, false);
}

int sleep_killable(const void *chan, struct spinlock *lock)
{
    struct bucket *b = bucket_of(chan);
    spin_lock(&b->lock);
    return sleep_in(b, chan, lock, true);
}

// => clock held: puts p among the timed sleepers, by deadline.
static void timed_insert(struct proc *p, uint64 deadline)
{
    struct list *after = timed.prev;
    while (after != &timed && list_entry(after, struct proc, timer_link)->deadline > deadline)
        after = after->prev;
    p->deadline = deadline;
    list_insert_between(&p->timer_link, after, after->next);
}

int sleep_timeout(const void *chan, struct spinlock *lock, uint64 ticks, bool killable)
{
    struct proc *p = current();
    struct bucket *b = bucket_of(chan);
    spin_lock(&clock_lock);
    timed_insert(p, clock_ticks() + ticks);
    spin_lock(&b->lock);
    spin_unlock(&clock_lock);
    int r = sleep_in(b, chan, lock, killable);
    spin_lock(&clock_lock);
    list_remove(&p->timer_link);
    spin_unlock(&clock_lock);
    return r;
}

// Wakes at most most sleepers on chan, and returns the last of them. The unlocked look is sound: who waits was queued
// before the lock that guards the condition was let go, and the waker has held that lock since.
static struct proc *wake_some(const void *chan, uint64 most)
{
    struct proc *last = 0;
    struct bucket *b = bucket_of(chan);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&b->sleepers.next, __ATOMIC_RELAXED) == &b->sleepers)
        return 0;
    spin_lock(&b->lock);
    for (struct list *i = b->sleepers.next; i != &b->sleepers && most > 0;) {
        struct proc *p = list_entry(i, struct proc, wait_link);
        i = i->next;
        if (p->chan == chan) {
            wake_locked(p);
            last = p;
            most--;
        }
    }
    spin_unlock(&b->lock);
    return last;
}

void wakeup(const void *chan) { wake_some(chan, ~0UL); }

struct proc *wakeup_one(const void *chan) { return wake_some(chan, 1); }

// => b held, and p is asleep in it: ends the sleep.
static bool asleep_in(struct proc *p, struct bucket *b, const void *chan)
{
    return p->chan == chan && chan != 0 && bucket_of(chan) == b && !list_empty(&p->wait_link);
}

void wakeup_killed(struct proc *p)
{
    const void *chan;
    while ((chan = __atomic_load_n(&p->chan, __ATOMIC_SEQ_CST)) != 0) {
        struct bucket *b = bucket_of(chan);
        spin_lock(&b->lock);
        bool found = asleep_in(p, b, chan);
        if (found && p->killable_sleep)
            wake_locked(p);
        bool settled = found || p->chan == 0;
        spin_unlock(&b->lock);
        if (settled)
            return;
    }
}

void waitq_tick(void)
{
    uint64 now = clock_ticks();
    if (__atomic_load_n(&timed.next, __ATOMIC_RELAXED) == &timed)
        return;
    spin_lock(&clock_lock);
    while (!list_empty(&timed)) {
        struct proc *p = list_entry(timed.next, struct proc, timer_link);
        if (p->deadline > now)
            break;
        list_remove(&p->timer_link);
        const void *chan = __atomic_load_n(&p->chan, __ATOMIC_ACQUIRE);
        if (chan == 0)
            continue; // woken already
        struct bucket *b = bucket_of(chan);
        spin_lock(&b->lock);
        if (asleep_in(p, b, chan)) {
            p->timed_out = true;
            wake_locked(p);
        }
        spin_unlock(&b->lock);
    }
    spin_unlock(&clock_lock);
}
