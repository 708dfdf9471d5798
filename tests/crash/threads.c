// Threads that take turns, sleep and wakeup, and the clock.
//
// Each kernel thread is a thread of the host, but only the one that has the turn runs: `running` names it, and the
// others wait until it names them. A turn is given away in a sleep, and, if world_chance says so, where a
// thread lets its last spinlock go: there the real kernel may be interrupted, too, or another hart may be quicker.
// While every thread sleeps the disk answers; when it has nothing to answer, the clock goes on to
// the first sleeper's time.
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"
#include "kernel/lock/spinlock.h"
#include "kernel/lock/thread.h"
#include "kernel/lock/waitq.h"
#include "tests/crash/world.h"

#include <pthread.h>

#define THREADS_MAX 4
#define NO_DEADLINE (~0UL)

struct thread {
    const char *name;
    void (*main)(void *arg);
    void *arg;
    pthread_cond_t turn;
    bool sleeps;
    bool timed_out;
    const void *chan;
    uint64 deadline;
    struct transaction transaction;
    struct held_set held;
};

struct world_chance world_chance;
void (*world_transaction_ended)(void);

static struct thread threads[THREADS_MAX] = {{.name = "main", .turn = PTHREAD_COND_INITIALIZER}};
static uint nthreads = 1;
static struct thread *running = &threads[0]; // guarded by baton
static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static uint64 now; // clock ticks
static bool in_interrupt;

uint64 world_random(uint64 n)
{
    if (world_chance.seed == 0)
        return 0;
    // xorshift64* (S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled")
    uint64 x = world_chance.seed;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    world_chance.seed = x;
    return (x * 0x2545f4914f6cdd1dUL >> 32) % n;
}

uint64 world_now(void) { return now; }

uint64 clock_ticks(void) { return now; }

struct held_set *world_held(void) { return &running->held; }

const void *world_thread(void) { return running; }

struct transaction *thread_transaction(void) { return &running->transaction; }

bool thread_in_transaction(void) { return running->transaction.open; }

// => baton held
static void wait_turn(struct thread *me)
{
    while (running != me)
        pthread_cond_wait(&me->turn, &baton);
}

static void give_turn(struct thread *to)
{
    struct thread *me = running;
    if (to == me)
        return;
    pthread_mutex_lock(&baton);
    running = to;
    pthread_cond_signal(&to->turn);
    wait_turn(me);
    pthread_mutex_unlock(&baton);
}

static void *thread_main(void *arg)
{
    struct thread *me = arg;
    pthread_mutex_lock(&baton);
    wait_turn(me);
    pthread_mutex_unlock(&baton);
    me->main(me->arg);
    world_fail("thread %s has returned", me->name);
}

static void start(const char *name, void (*main)(void *arg), void *arg)
{
    kassert(nthreads < THREADS_MAX);
    struct thread *t = &threads[nthreads++];
    *t = (struct thread){.name = name, .main = main, .arg = arg, .turn = PTHREAD_COND_INITIALIZER};
    pthread_t host;
    if (pthread_create(&host, 0, thread_main, t) != 0)
        world_fail("cannot start a thread of the host");
}

void (*thread_start)(const char *name, void (*main)(void *arg), void *arg) = start;

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
    give_turn(next);
    kassert(!me->sleeps);
    me->deadline = NO_DEADLINE;
    int result = me->timed_out ? -ETIMEDOUT : 0;
    spin_lock(lock);
    return result;
}

void sleep(const void *chan, struct spinlock *lock) { sleep_until(chan, lock, NO_DEADLINE); }

int sleep_killable(const void *chan, struct spinlock *lock) { return sleep_until(chan, lock, NO_DEADLINE); }

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
    uint64 what = world_random(40);
    struct thread *next = pick(running);
    if (what == 0)
        tick(1 + world_random(60));
    else if (what % 2 == 0 && world_disk_busy())
        answer();
    else if (next)
        give_turn(next);
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
