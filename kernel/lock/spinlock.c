// Spinlocks: a word, taken by atomic exchange with interrupts off. Acquire and release ordering
// keeps what happens under the lock inside it (RISC-V Unprivileged ISA, "A" extension).
#include "kernel/lock/spinlock.h"
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"

// Between two attempts to take a lock, a hart looks at it that often. Looking only reads, and so
// disturbs nobody.
#define LOOKS 1000

#define LEVEL_NAME(name, text) text,

const char *const lock_level_names[NLOCKLEVEL] = {LOCK_LEVELS(LEVEL_NAME)};

static_assert(NLOCKLEVEL <= ARRAY_LEN(cpus[0].lock_acquired), "a count for each level");

void spin_init(struct spinlock *l, const char *name, enum lock_level level)
{
    *l = (struct spinlock){.level = level, .name = name};
}

static void taken(struct spinlock *l)
{
    struct cpu *c = this_cpu();
    l->holder = c;
    c->lock_acquired[l->level]++;
    c->locks_held++;
}

// Waits until the lock is free, and takes it. If this hart holds it already it would wait for ever:
// that is a bug, and is told.
static __attribute__((noinline)) void wait_for(struct spinlock *l)
{
    uint64 failed = 1;
    if (spin_holding(l) && !panicking())
        panic("lock %s taken twice by hart %d", l->name, this_cpu()->index);

    // If this hart panics, the holder has been stopped: the lock is taken all the same.
    for (;; failed++) {
        uint looks = 0;
        while (looks < LOOKS && __atomic_load_n(&l->locked, __ATOMIC_RELAXED) && !panicking())
            looks++;
        if (!__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE) || panicking())
            break;
    }
    this_cpu()->lock_failed[l->level] += failed;
    taken(l);
}

void spin_lock(struct spinlock *l)
{
    irq_off();
    lockdep_take(l, l->name, l->level);
    if (unlikely(__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE)))
        wait_for(l);
    else
        taken(l);
}

static __attribute__((noinline)) void not_held(struct spinlock *l)
{
    if (!panicking())
        panic("lock %s let go by hart %d, which does not hold it", l->name, this_cpu()->index);
}

void spin_unlock(struct spinlock *l)
{
    struct cpu *c = this_cpu();
    if (unlikely(l->holder != c))
        return not_held(l);
    lockdep_leave(l, l->level);
    l->holder = NULL;
    c->locks_held--;
    __atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
    irq_on();
}

bool spin_holding(const struct spinlock *l)
{
    return __atomic_load_n(&l->locked, __ATOMIC_RELAXED) && l->holder == this_cpu();
}

void lock_counts(struct lock_count count[NLOCKLEVEL])
{
    for (uint level = 0; level < NLOCKLEVEL; level++) {
        count[level] = (struct lock_count){0, 0};
        for (uint i = 0; i < cpu_count; i++) {
            count[level].acquired +=
                __atomic_load_n(&cpus[i].lock_acquired[level], __ATOMIC_RELAXED);
            count[level].failed += __atomic_load_n(&cpus[i].lock_failed[level], __ATOMIC_RELAXED);
        }
    }
}
