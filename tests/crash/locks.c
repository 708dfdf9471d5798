// Locks, for one hart whose threads take turns only where threads.c lets them: nobody ever waits
// for a spinlock. What is checked is what the debug build checks: order, and that nothing is held
// across a sleep.
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"
#include "kernel/thread/sleeplock.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"
#include "tests/crash/world.h"

struct cpu machine_hart;
uint cpu_count = 1;

static struct held_set spinlocks;

static bool is_spin(enum lock_level level) { return level >= LEVEL_FIRST_SPIN; }

static struct held_set *set_of(enum lock_level level)
{
    return is_spin(level) ? &spinlocks : world_held();
}

void lockdep_take(const void *lock, const char *name, enum lock_level level)
{
    struct held_set *s = set_of(level);
    if (!is_spin(level) && machine_hart.locks_held != 0)
        panic("%s, which may sleep, taken with a spinlock held", name);
    kassert(s->count < HELD_MAX);
    for (const struct held_lock *h = s->held; h < &s->held[s->count]; h++)
        if (h->level >= level)
            panic("lock order: %s taken while %s is held", name, h->name);
    s->held[s->count++] = (struct held_lock){lock, name, level};
}

void lockdep_leave(const void *lock, enum lock_level level)
{
    struct held_set *s = set_of(level);
    int i = s->count - 1;
    while (i >= 0 && s->held[i].lock != lock)
        i--;
    kassert(i >= 0);
    for (s->count--; i < s->count; i++)
        s->held[i] = s->held[i + 1];
    if (level == LEVEL_TRANSACTION && world_transaction_ended)
        world_transaction_ended();
}

void lockdep_assert_none(void) {}

void spin_init(struct spinlock *l, const char *name, enum lock_level level)
{
    *l = (struct spinlock){.level = level, .name = name};
}

void spin_lock(struct spinlock *l)
{
    lockdep_take(l, l->name, l->level);
    if (l->locked)
        panic("lock %s taken twice", l->name);
    l->locked = 1;
    l->holder = &machine_hart;
    machine_hart.locks_held++;
}

void spin_unlock(struct spinlock *l)
{
    if (!l->locked)
        panic("lock %s let go, which was not held", l->name);
    lockdep_leave(l, l->level);
    l->locked = 0;
    l->holder = 0;
    if (--machine_hart.locks_held == 0)
        world_unlocked();
}

bool spin_holding(const struct spinlock *l) { return l->locked; }

// A sleeplock's waiters sleep on it as on any channel. There is no contention that would make the
// order matter.
static struct spinlock wait_lock = SPINLOCK_INIT("sleeplock", SLEEPLOCK);

void sleeplock_init(struct sleeplock *l, const char *name, enum lock_level level)
{
    *l = (struct sleeplock){.level = level, .name = name};
}

void sleeplock_lock(struct sleeplock *l)
{
    lockdep_take(l, l->name, l->level);
    kassert(!sleeplock_holding(l));
    if (l->state) {
        spin_lock(&wait_lock);
        while (l->state)
            sleep(l, &wait_lock);
        spin_unlock(&wait_lock);
    }
    l->state = 1;
    l->holder = (struct thread *)world_thread();
}

void sleeplock_unlock(struct sleeplock *l)
{
    kassert(sleeplock_holding(l));
    lockdep_leave(l, l->level);
    l->state = 0;
    l->holder = 0;
    wakeup(l);
}

bool sleeplock_holding(const struct sleeplock *l)
{
    return l->state && (const void *)l->holder == world_thread();
}
