// Sleeping and waking: hashed queues of sleepers, and the clock for sleeps with a limit.
//
// A sleeper is on its channel's bucket from before its lock is let go until it is woken; its state
// changes under the sched lock, which a switch holds until the sleeper is off its stack: so a
// wakeup finds it either not yet asleep (it holds the lock that guards the condition) or fully
// asleep. Lock order: the caller's lock, clock, bucket, sched.
#include "kernel/thread/waitq.h"
#include "kernel/arch/csr.h"
#include "kernel/arch/fdt.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/spinlock.h"
#include "kernel/param.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/thread.h"

#define NBUCKET 128

struct bucket {
    struct spinlock lock;
    struct list sleepers;
};

static struct bucket buckets[NBUCKET];

static struct spinlock clock_lock = SPINLOCK_INIT("clock", CLOCK);
static struct list timed = {&timed, &timed}; // by deadline; clock lock

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

// => bucket held: t is made runnable.
static void wake_locked(struct thread *t)
{
    list_remove(&t->wait_link);
    __atomic_store_n(&t->chan, 0, __ATOMIC_RELEASE);
    sched_ready(t);
}

// => *lock held; let go while asleep. 0; -EINTR if killable and killed; -ETIMEDOUT if waitq_tick
// ended it.
static int sleep_on(const void *chan, struct spinlock *lock, bool killable)
{
    struct thread *t = current();
    struct bucket *b = bucket_of(chan);
    spin_lock(&b->lock);
    t->killable_sleep = killable;
    t->timed_out = false;
    __atomic_store_n(&t->chan, chan, __ATOMIC_SEQ_CST);
    if (killable && __atomic_load_n(&t->killed, __ATOMIC_SEQ_CST)) {
        t->chan = 0;
        spin_unlock(&b->lock);
        return -EINTR;
    }
    list_push_back(&b->sleepers, &t->wait_link);
    spin_lock(&sched_lock);
    t->state = PS_SLEEPING;
    spin_unlock(&b->lock);
    spin_unlock(lock);
    kassert(this_cpu()->locks_held == 1);
    sched_switch_locked();
    spin_unlock(&sched_lock);
    spin_lock(lock);
    if (killable && __atomic_load_n(&t->killed, __ATOMIC_RELAXED))
        return -EINTR;
    return t->timed_out ? -ETIMEDOUT : 0;
}

void sleep(const void *chan, struct spinlock *lock) { sleep_on(chan, lock, false); }

int sleep_killable(const void *chan, struct spinlock *lock) { return sleep_on(chan, lock, true); }

// Puts the running thread among the timed sleepers, by deadline.
static void timed_insert(uint64 deadline)
{
    struct thread *t = current();
    spin_lock(&clock_lock);
    struct list *after = timed.prev;
    while (after != &timed && list_entry(after, struct thread, timer_link)->deadline > deadline)
        after = after->prev;
    t->deadline = deadline;
    list_insert_between(&t->timer_link, after, after->next);
    spin_unlock(&clock_lock);
}

int sleep_timeout(const void *chan, struct spinlock *lock, uint64 ticks, bool killable)
{
    timed_insert(clock_ticks() + ticks);
    int r = sleep_on(chan, lock, killable);
    spin_lock(&clock_lock);
    list_remove(&current()->timer_link);
    spin_unlock(&clock_lock);
    return r;
}

// Wakes at most most sleepers on chan, and returns the last of them. The unlocked look is sound:
// who waits was queued before the lock that guards the condition was let go, and the waker has held
// that lock since.
static struct thread *wake_some(const void *chan, uint64 most)
{
    struct thread *last = 0;
    struct bucket *b = bucket_of(chan);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&b->sleepers.next, __ATOMIC_RELAXED) == &b->sleepers)
        return 0;
    spin_lock(&b->lock);
    for (struct list *i = b->sleepers.next; i != &b->sleepers && most > 0;) {
        struct thread *t = list_entry(i, struct thread, wait_link);
        i = i->next;
        if (t->chan == chan) {
            wake_locked(t);
            last = t;
            most--;
        }
    }
    spin_unlock(&b->lock);
    return last;
}

void wakeup(const void *chan) { wake_some(chan, ~0UL); }

struct thread *wakeup_one(const void *chan) { return wake_some(chan, 1); }

// Ends the sleep of t, if it is in one, as a timeout or, where it is killable, a kill. It may
// meanwhile wake by itself and sleep elsewhere: so its channel is looked at again under the
// bucket's lock.
static void end_sleep(struct thread *t, bool timeout)
{
    const void *chan;
    bool asleep = false;
    while (!asleep && (chan = __atomic_load_n(&t->chan, __ATOMIC_SEQ_CST)) != 0) {
        struct bucket *b = bucket_of(chan);
        spin_lock(&b->lock);
        asleep = t->chan == chan;
        if (asleep && (timeout || t->killable_sleep)) {
            t->timed_out = timeout;
            wake_locked(t);
        }
        spin_unlock(&b->lock);
    }
}

void wakeup_killed(struct thread *t) { end_sleep(t, false); }

// Sleepers take themselves off the list. One that is not yet asleep is met again at the next tick.
void waitq_tick(void)
{
    uint64 now = clock_ticks();
    if (__atomic_load_n(&timed.next, __ATOMIC_RELAXED) == &timed)
        return;
    spin_lock(&clock_lock);
    list_for_each (t, &timed, struct thread, timer_link) {
        if (t->deadline > now)
            break;
        end_sleep(t, true);
    }
    spin_unlock(&clock_lock);
}
