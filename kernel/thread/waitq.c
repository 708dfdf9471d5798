// Sleeping and waking: hashed queues of sleepers, and the clock for sleeps with a limit.
//
// A sleeper enters its channel's bucket before it lets the caller's lock go, and stays there until
// it is woken. Its state changes under sched_lock, which a switch holds until the sleeper is off
// its stack. So a waker finds it in one of two states: not yet asleep, and then it still holds the
// lock that guards the condition; or fully asleep. Lock order: the caller's lock, clock, bucket,
// sched.
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

// => t's bucket held: makes t ready.
static void wake_locked(struct thread *t)
{
    list_remove(&t->wait_link);
    __atomic_store_n(&t->chan, NULL, __ATOMIC_RELEASE);
    sched_ready(t);
}

// => *lock held, and held again on return; let go while asleep. 0: woken; -EINTR if killable and
// killed; -ETIMEDOUT: waitq_tick ended the sleep.
static int sleep_on(const void *chan, struct spinlock *lock, bool killable)
{
    struct thread *t = current();
    struct bucket *b = bucket_of(chan);

    // 1. Say what we sleep on, and then look whether we have been killed. A killer sets killed and
    //    then looks at chan: at least one of the two sees the other.
    spin_lock(&b->lock);
    t->killable_sleep = killable;
    t->timed_out = false;
    __atomic_store_n(&t->chan, chan, __ATOMIC_SEQ_CST);
    if (killable && __atomic_load_n(&t->killed, __ATOMIC_SEQ_CST)) {
        t->chan = NULL;
        spin_unlock(&b->lock);
        return -EINTR;
    }

    // 2. Go to sleep. With sched_lock held nobody can make us ready before the switch is over.
    list_push_back(&b->sleepers, &t->wait_link);
    spin_lock(&sched_lock);
    t->state = PS_SLEEPING;
    spin_unlock(&b->lock);
    spin_unlock(lock);
    kassert(this_cpu()->locks_held == 1);
    sched_switch_locked();
    spin_unlock(&sched_lock);

    // 3. Awake again: why?
    spin_lock(lock);
    if (killable && __atomic_load_n(&t->killed, __ATOMIC_RELAXED))
        return -EINTR;
    if (t->timed_out)
        return -ETIMEDOUT;
    return 0;
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
    int err = sleep_on(chan, lock, killable);
    spin_lock(&clock_lock);
    list_remove(&current()->timer_link);
    spin_unlock(&clock_lock);
    return err;
}

// Wakes the sleepers on chan, the longest asleep first, but not more than limit. Returns the last
// that it woke; NULL: none.
static struct thread *wake_some(const void *chan, uint64 limit)
{
    struct thread *last = NULL;
    struct bucket *b = bucket_of(chan);

    // Most wakeups meet nobody, and then take no lock. That is sound: a sleeper entered the bucket
    // before it let go of the lock that guards the condition, and the waker has held that lock
    // since.
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&b->sleepers.next, __ATOMIC_RELAXED) == &b->sleepers)
        return NULL;

    spin_lock(&b->lock);
    for (struct list *i = b->sleepers.next; i != &b->sleepers && limit > 0;) {
        struct thread *t = list_entry(i, struct thread, wait_link);
        i = i->next;
        if (t->chan == chan) {
            wake_locked(t);
            last = t;
            limit--;
        }
    }
    spin_unlock(&b->lock);
    return last;
}

void wakeup(const void *chan) { wake_some(chan, ~0UL); }

struct thread *wakeup_one(const void *chan) { return wake_some(chan, 1); }

// Ends the sleep of t, if it is asleep: timeout: because its time is over; else because it has been
// killed, which a sleep that is not killable does not hear.
static void end_sleep(struct thread *t, bool timeout)
{
    for (;;) {
        const void *chan = __atomic_load_n(&t->chan, __ATOMIC_SEQ_CST);
        if (chan == NULL)
            return;

        // Before we have the bucket, t may wake by itself and go to sleep elsewhere: look again.
        struct bucket *b = bucket_of(chan);
        spin_lock(&b->lock);
        bool found = t->chan == chan;
        if (found && (timeout || t->killable_sleep)) {
            t->timed_out = timeout;
            wake_locked(t);
        }
        spin_unlock(&b->lock);
        if (found)
            return;
    }
}

void wakeup_killed(struct thread *t) { end_sleep(t, false); }

// Sleepers take themselves off the list when they run. A thread that is on the list and not yet
// asleep is met again at the next tick.
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
