// The lock-order checker. It keeps a stack of the spinlocks that each hart holds, and one of what
// each thread holds: sleeplocks and a transaction. A lock must be of a higher level than all that
// lie on its stack. So a wrong order is told the first time that it happens, not when it leads to a
// deadlock. Debug build only.
#include "kernel/lock/lockdep.h"
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"

#ifdef DEBUG

static struct held_set spinlocks[NCPU]; // each hart's own, interrupts off

static bool is_spin(enum lock_level level) { return level >= LEVEL_FIRST_SPIN; }

// Where a lock of that level is noted; NULL: nowhere. During boot there is no thread yet, and
// nothing to order.
static struct held_set *set_of(enum lock_level level)
{
    if (panicking())
        return NULL;
    if (is_spin(level))
        return &spinlocks[this_cpu()->index];

    // The set is the running thread's own, so it stays the right one after interrupts are on again
    // and the thread may have moved.
    irq_off();
    struct held_set *s = this_cpu()->held;
    irq_on();
    return s;
}

void lockdep_take(const void *lock, const char *name, enum lock_level level)
{
    struct held_set *s = set_of(level);
    if (!s)
        return;
    if (!is_spin(level) && this_cpu()->locks_held != 0)
        panic("%s, which may sleep, taken with a spinlock held", name);
    kassert(s->count < HELD_MAX);
    for (const struct held_lock *h = s->held; h < &s->held[s->count]; h++)
        if (h->level >= level)
            panic("lock order: %s (level %d) taken while %s (level %d) is held", name, level,
                  h->name, h->level);
    s->held[s->count++] = (struct held_lock){lock, name, level};
}

void lockdep_leave(const void *lock, enum lock_level level)
{
    struct held_set *s = set_of(level);
    if (!s)
        return;

    // Mostly it is the last one. What was taken after it moves down.
    int i = s->count - 1;
    while (i >= 0 && s->held[i].lock != lock)
        i--;
    kassert(i >= 0);
    for (s->count--; i < s->count; i++)
        s->held[i] = s->held[i + 1];
}

void lockdep_assert_none(void)
{
    const struct held_set *s = set_of(LEVEL_TRANSACTION);
    if (!s)
        return;
    if (s->count > 0)
        panic("user memory touched with %s held", s->held[0].name);
    if (irq_depth() != 0)
        panic("user memory touched with a spinlock held");
}

#endif
