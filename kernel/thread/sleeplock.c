// Sleeplocks. The word says all: 0 free, 1 held, 2 held and somebody may be waiting. Taking a free
// lock and letting go of one that nobody waits for are one atomic instruction each; only then
// come a spinlock and a wait queue (U. Drepper, "Futexes Are Tricky", mutex 2). The thread that
// lets go hands the lock to the first waiter: otherwise a thread that takes it again and again
// could keep the others out.
#include "kernel/thread/sleeplock.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/thread.h"
#include "kernel/thread/waitq.h"

// Orders a waiter's decision to sleep against the wakeup. Contention is rare: one for all.
static struct spinlock wait_lock = SPINLOCK_INIT("sleeplock", SLEEPLOCK);

void sleeplock_init(struct sleeplock *l, const char *name, enum lock_level level)
{
    *l = (struct sleeplock){.level = level, .name = name};
}

void sleeplock_lock(struct sleeplock *l)
{
    uint32 unlocked = 0;
    lockdep_take(l, l->name, l->level);
    if (unlikely(!__atomic_compare_exchange_n(&l->state, &unlocked, 1, false, __ATOMIC_ACQUIRE,
                                              __ATOMIC_RELAXED))) {
        kassert(l->holder != current());
        spin_lock(&wait_lock);
        // From here on the word says that somebody may wait. If the lock has become free meanwhile,
        // it is ours.
        if (__atomic_exchange_n(&l->state, 2, __ATOMIC_ACQUIRE) != 0)
            while (l->holder != current())
                sleep(l, &wait_lock);
        spin_unlock(&wait_lock);
    }
    l->holder = current();
}

void sleeplock_unlock(struct sleeplock *l)
{
    kassert(l->holder == current());
    lockdep_leave(l, l->level);
    l->holder = NULL;

    // Nobody waits: one instruction, and the lock is free.
    uint32 alone = 1;
    if (__atomic_compare_exchange_n(&l->state, &alone, 0, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED))
        return;

    // The lock stays taken and changes its holder.
    spin_lock(&wait_lock);
    l->holder = wakeup_one(l);
    if (l->holder == NULL)
        __atomic_store_n(&l->state, 0, __ATOMIC_RELEASE);
    spin_unlock(&wait_lock);
}

bool sleeplock_holding(const struct sleeplock *l)
{
    return __atomic_load_n(&l->state, __ATOMIC_RELAXED) != 0 && l->holder == current();
}
