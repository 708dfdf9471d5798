// Spinlocks: a word, taken by atomic exchange with interrupts off. Acquire and release ordering
// keeps what happens under the lock inside it (RISC-V Unprivileged ISA, "A" extension).
#include "kernel/lock/spinlock.h"
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"

void spin_init(struct spinlock *l, const char *name, enum lock_level level)
{
    *l = (struct spinlock){.level = level, .name = name};
}

// A lock that is never let go is a bug that should say so instead of hanging.
static void spin_wait(struct spinlock *l)
{
    uint64 spins = 0;
    while (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE)) {
        spins++;
        while (__atomic_load_n(&l->locked, __ATOMIC_RELAXED))
            if (panicking())
                return; // the holder may have been stopped
    }
    l->spins += spins;
}

void spin_lock(struct spinlock *l)
{
    irq_off();
    if (unlikely(spin_holding(l) && !panicking()))
        panic("lock %s taken twice by hart %d", l->name, this_cpu()->index);
    lockdep_spin_take(l, l->name, l->level);
    if (unlikely(__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE)))
        spin_wait(l);
    struct cpu *c = this_cpu();
    l->holder = c;
    l->acquired++;
    c->locks_held++;
}

void spin_unlock(struct spinlock *l)
{
    struct cpu *c = this_cpu();
    if (unlikely(l->holder != c && !panicking()))
        panic("lock %s let go by hart %d, which does not hold it", l->name, c->index);
    lockdep_spin_leave(l);
    l->holder = 0;
    c->locks_held--;
    __atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
    irq_on();
}

bool spin_holding(const struct spinlock *l)
{
    return __atomic_load_n(&l->locked, __ATOMIC_RELAXED) && l->holder == this_cpu();
}
