// The lock-order checker: a stack of what each hart (spinlocks) and each thread (sleeplocks, the
// transaction) holds; a lock must be of a higher level than all of them. Whatever breaks the order
// is reported at the first time it is broken, not at the deadlock. Debug build only.
#include "kernel/lock/lockdep.h"
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/proc.h"

#ifdef DEBUG

#define MAX_SPIN 16

struct held {
    const void *lock[MAX_SPIN];
    const char *name[MAX_SPIN];
    uint8 level[MAX_SPIN];
    int count;
};

static struct held held[NCPU]; // each hart's own, interrupts off

// Levels of which several may be held: a parent and its entry; a hart's frames and all frames.
static bool may_nest(enum lock_level level)
{
    return level == LEVEL_INODE || level == LEVEL_PAGE;
}

static void check_order(const char *held_name, int held_level, const char *name, int level)
{
    if (held_level > level || (held_level == level && !may_nest(level)))
        panic("lock order: %s (level %d) taken while %s (level %d) is held", name, level, held_name,
              held_level);
}

void lockdep_spin_take(const void *lock, const char *name, enum lock_level level)
{
    struct held *h = &held[this_cpu()->index];
    if (panicking())
        return;
    kassert(h->count < MAX_SPIN);
    for (int i = 0; i < h->count; i++)
        check_order(h->name[i], h->level[i], name, level);
    h->lock[h->count] = lock;
    h->name[h->count] = name;
    h->level[h->count++] = level;
}

void lockdep_spin_leave(const void *lock)
{
    struct held *h = &held[this_cpu()->index];
    int i = h->count - 1;
    while (i >= 0 && h->lock[i] != lock)
        i--;
    if (panicking())
        return;
    kassert(i >= 0);
    for (h->count--; i < h->count; i++) {
        h->lock[i] = h->lock[i + 1];
        h->name[i] = h->name[i + 1];
        h->level[i] = h->level[i + 1];
    }
}

void lockdep_take(const void *lock, const char *name, enum lock_level level)
{
    struct proc *p = current();
    if (p == 0 || panicking())
        return;
    if (this_cpu()->locks_held != 0)
        panic("%s, which may sleep, taken with a spinlock held", name);
    kassert(p->held_count < (int)ARRAY_LEN(p->held_lock));
    for (int i = 0; i < p->held_count; i++)
        check_order("a sleeplock", p->held_level[i], name, level);
    p->held_lock[p->held_count] = lock;
    p->held_level[p->held_count++] = level;
}

void lockdep_leave(const void *lock)
{
    struct proc *p = current();
    if (p == 0 || panicking())
        return;
    int i = p->held_count - 1;
    while (i >= 0 && p->held_lock[i] != lock)
        i--;
    kassert(i >= 0);
    for (p->held_count--; i < p->held_count; i++) {
        p->held_lock[i] = p->held_lock[i + 1];
        p->held_level[i] = p->held_level[i + 1];
    }
}

void lockdep_assert_none(const void *allowed)
{
    struct proc *p = current();
    if (p == 0 || panicking())
        return;
    if (p->held_count > 1 || (p->held_count == 1 && p->held_lock[0] != allowed))
        panic("user memory touched with a sleeplock (level %d) held", p->held_level[0]);
    if (irq_depth() != 0)
        panic("user memory touched with a spinlock held");
}

#endif
