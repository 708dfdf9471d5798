// The lock-order checker: a stack of what each hart (spinlocks) and each thread (sleeplocks, the
// transaction) holds; a lock must be of a higher level than all of them. Whatever breaks the order
// is reported at the first time it is broken, not at the deadlock. Debug build only.
#include "kernel/lock/lockdep.h"
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/proc.h"

#ifdef DEBUG

static struct held_set spinlocks[NCPU]; // each hart's own, interrupts off

static void check_order(const struct held_lock *h, const char *name, enum lock_level level)
{
    if (h->level >= level)
        panic("lock order: %s (level %d) taken while %s (level %d) is held", name, level, h->name, h->level);
}

static void take(struct held_set *s, const void *lock, const char *name, enum lock_level level)
{
    kassert(s->count < HELD_MAX);
    for (int i = 0; i < s->count; i++)
        check_order(&s->held[i], name, level);
    s->held[s->count++] = (struct held_lock){lock, name, level};
}

static void leave(struct held_set *s, const void *lock)
{
    int i = s->count - 1;
    while (i >= 0 && s->held[i].lock != lock)
        i--;
    kassert(i >= 0);
    for (s->count--; i < s->count; i++)
        s->held[i] = s->held[i + 1];
}

void lockdep_spin_take(const void *lock, const char *name, enum lock_level level)
{
    if (!panicking())
        take(&spinlocks[this_cpu()->index], lock, name, level);
}

void lockdep_spin_leave(const void *lock)
{
    if (!panicking())
        leave(&spinlocks[this_cpu()->index], lock);
}

// During boot there is no thread yet, and nothing to order.
static bool checks_threads(void) { return current() != 0 && !panicking(); }

void lockdep_take(const void *lock, const char *name, enum lock_level level)
{
    if (!checks_threads())
        return;
    if (this_cpu()->locks_held != 0)
        panic("%s, which may sleep, taken with a spinlock held", name);
    take(&current()->held, lock, name, level);
}

void lockdep_leave(const void *lock)
{
    if (checks_threads())
        leave(&current()->held, lock);
}

void lockdep_assert_none(void)
{
    if (!checks_threads())
        return;
    const struct held_set *s = &current()->held;
    if (s->count > 0)
        panic("user memory touched with %s held", s->held[0].name);
    if (irq_depth() != 0)
        panic("user memory touched with a spinlock held");
}

#endif
