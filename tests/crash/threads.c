// Threads that take turns, sleep and wakeup, and the clock.
//
// Each kernel thread is a thread of the host, but only the one that has the turn runs. A turn is
// given away in a sleep, and, if world_chance says so, where a thread lets its last spinlock go:
// there the real kernel may be interrupted, too, or another hart may be quicker. While every thread
// sleeps the disk answers; when it has nothing to answer, the clock goes on to the first sleeper's
// time.
//
// The host's threads outlive a world: one whose kernel thread is gone waits for a turn that never
// comes, and becomes another thread of the next world.
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "tests/crash/world.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_MAX 4
#define NO_DEADLINE (~0UL)

// A thread of the kernel.
struct thread {
    bool sleeps;
    bool timed_out;
    const void *chan;
    uint64 deadline;
    struct transaction transaction;
    struct held_set held;
};

struct world_chance world_chance;
void (*world_transaction_ended)(void);

static struct thread threads[THREADS_MAX] = {{.deadline = NO_DEADLINE}}; // the first is world_run's
static uint nthreads = 1;
static struct thread *running = &threads[0];

// The host's threads, by the number of the kernel's. In the heap: they outlive a world.
static struct host {
    pthread_mutex_t baton; // guards has_turn
    uint has_turn;         // the thread that runs
    bool leaving;          // the first is to leave the world when it gets its turn
    struct host_thread {
        bool made;
        bool anew; // it shall begin at main when it gets its turn
        void (*main)(void *arg);
        void *arg;
        pthread_cond_t turn;
        jmp_buf begin;
    } thread[THREADS_MAX];
} * host;

static uint64 now; // clock ticks
static bool in_interrupt;

uint64 world_random(uint64 n)
{
    if (world_chance.seed == 0)
        return 0;
    // xorshift64* (S. Vigna, "An experimental exploration of Marsaglia's xorshift generators,
    // scrambled")
    uint64 x = world_chance.seed;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    world_chance.seed = x;
    return (x * 0x2545f4914f6cdd1dUL >> 32) % n;
}

uint64 clock_ticks(void) { return now; }

struct held_set *world_held(void) { return &running->held; }

const void *world_thread(void) { return running; }

struct transaction *thread_transaction(void) { return &running->transaction; }

bool thread_in_transaction(void) { return running->transaction.open; }

// => baton held
static void wait_turn(uint me)
{
    while (host->has_turn != me)
        pthread_cond_wait(&host->thread[me].turn, &host->baton);
}

// The running thread waits until it gets its turn again.
static void give_turn(uint to)
{
    uint me = running - threads;
    struct host_thread *t = &host->thread[me];
    if (to == me)
        return;
    pthread_mutex_lock(&host->baton);
    host->has_turn = to;
    pthread_cond_signal(&host->thread[to].turn);
    wait_turn(me);
    pthread_mutex_unlock(&host->baton);
    if (t->anew)
        longjmp(t->begin, 1);
    running = &threads[me];
    if (me == 0 && host->leaving) {
        host->leaving = false;
        world_leave_now();
    }
}

void world_leave(void)
{
    if (running == &threads[0])
        world_leave_now();
    host->leaving = true;
    give_turn(0);
    abort(); // its next turn is another thread's
}

static void *thread_main(void *arg)
{
    struct host_thread *t = arg;
    if (setjmp(t->begin) == 0) {
        pthread_mutex_lock(&host->baton);
        wait_turn(t - host->thread);
        pthread_mutex_unlock(&host->baton);
    }
    t->anew = false;
    running = &threads[t - host->thread];
    t->main(t->arg);
    world_fail("a thread of the kernel has returned");
}

void thread_start(const char *name, void (*main)(void *arg), void *arg)
{
    pthread_t id;
    struct host_thread *t = &host->thread[nthreads];
    kassert(nthreads < THREADS_MAX);
    threads[nthreads++] = (struct thread){.deadline = NO_DEADLINE};
    t->main = main;
    t->arg = arg;
    t->anew = t->made;
    if (!t->made && pthread_create(&id, 0, thread_main, t) != 0)
        world_fail("cannot start a thread of the host for %s", name);
    t->made = true;
}

void world_threads_prepare(void)
{
    host = calloc(1, sizeof(*host));
    if (!host)
        exit(2);
    pthread_mutex_init(&host->baton, 0);
    for (uint i = 0; i < THREADS_MAX; i++)
        pthread_cond_init(&host->thread[i].turn, 0);
}

// One of the threads that could run, but for one; 0: there is none.
static struct thread *pick(const struct thread *but)
{
    struct thread *found = 0;
    uint n = 0;
    for (struct thread *t = threads; t < &threads[nthreads]; t++)
        if (t != but && !t->sleeps && world_random(++n) == 0)
            found = t;
    return found;
}

static void wake(struct thread *t, bool timed_out)
{
    t->sleeps = false;
    t->timed_out = timed_out;
    t->chan = 0;
}

void wakeup(const void *chan)
{
    for (struct thread *t = threads; t < &threads[nthreads]; t++)
        if (t->sleeps && t->chan == chan)
            wake(t, false);
}

// The clock goes on by so many ticks.
static void tick(uint64 n)
{
    now += n;
    for (struct thread *t = threads; t < &threads[nthreads]; t++)
        if (t->sleeps && t->deadline <= now)
            wake(t, true);
}

static void answer(void)
{
    in_interrupt = true;
    world_disk_answer();
    in_interrupt = false;
}

// Nothing can run: time goes on until something can.
static void idle(void)
{
    uint64 first = NO_DEADLINE;
    if (world_disk_busy()) {
        answer();
        return;
    }
    for (struct thread *t = threads; t < &threads[nthreads]; t++)
        first = min_u64(first, t->deadline);
    if (first == NO_DEADLINE)
        world_fail("all threads sleep, and nothing will wake them");
    tick(first > now ? first - now : 0);
}

static int sleep_until(const void *chan, struct spinlock *lock, uint64 deadline)
{
    struct thread *me = running, *next;
    if (machine_hart.locks_held != 1 || !spin_holding(lock) || in_interrupt)
        panic("sleep with another lock held, or in an interrupt");
    me->sleeps = true;
    me->chan = chan;
    me->deadline = deadline;
    spin_unlock(lock); // no preemption: it sleeps
    while ((next = pick(0)) == 0)
        idle();
    give_turn(next - threads);
    kassert(!me->sleeps);
    me->deadline = NO_DEADLINE;
    int result = me->timed_out ? -ETIMEDOUT : 0;
    spin_lock(lock);
    return result;
}

void sleep(const void *chan, struct spinlock *lock) { sleep_until(chan, lock, NO_DEADLINE); }

int sleep_killable(const void *chan, struct spinlock *lock)
{
    return sleep_until(chan, lock, NO_DEADLINE);
}

int sleep_timeout(const void *chan, struct spinlock *lock, uint64 ticks, bool killable)
{
    (void)killable;
    return sleep_until(chan, lock, now + ticks);
}

// There are no processes, and nobody kills a thread.
bool thread_killed(void) { return false; }

// One thing happens beside the running thread.
static void something(void)
{
    uint64 what = world_random(12);
    struct thread *next = pick(running);
    if (what == 0)
        tick(1 + world_random(120)); // the journal waits a hundred
    else if (what % 2 == 0 && world_disk_busy())
        answer();
    else if (next)
        give_turn(next - threads);
    else if (world_disk_busy())
        answer();
}

void world_unlocked(void)
{
    if (world_chance.preempt == 0 || in_interrupt || running->sleeps)
        return;
    if (world_random(world_chance.preempt) == 0)
        something();
}

void world_pause(uint n)
{
    while (n-- > 0)
        something();
}
