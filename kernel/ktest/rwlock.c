// Reader-writer spinlocks (rwlock.h). Each hart has a word of its own to say that it reads, so
// readers write no shared line; a writer looks at all of them.
//
//     reader                              writer
//     reading[me] = 1                     writers++
//     fence                               take the spinlock of the writers
//     writers == 0 ? in                   fence
//         : reading[me] = 0, try later    wait until each reading[i] == 0
//
// Both say first what they want and then look at the other: whatever the order, at least one of a
// reader and a writer sees the other, and it is the reader who takes his word back. So none comes
// in while a writer waits, and the writer waits only for those who were in before.
#include "kernel/ktest/rwlock.h"
#include "kernel/arch/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"

void initrwlock(struct rwspinlock *l, const char *name, enum lock_level level)
{
    *l = (struct rwspinlock){0};
    spin_init(&l->writer, name, level);
}

static uint32 look(const uint32 *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

// An attempt has failed: waits until *word is 0, or a panic has stopped whoever would make it so.
static void wait_for_zero(const struct rwspinlock *l, const uint32 *word)
{
    this_cpu()->lock_failed[l->writer.level]++;
    while (look(word) != 0 && !panicking())
        ;
}

// Announces this hart as a reader: false, and it is none, if there is a writer.
static bool try_read(struct rwspinlock *l, uint32 *mine)
{
    __atomic_store_n(mine, 1, __ATOMIC_SEQ_CST);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (look(&l->writers) == 0 || panicking())
        return true;
    __atomic_store_n(mine, 0, __ATOMIC_RELEASE);
    return false;
}

void read_acquire(struct rwspinlock *l)
{
    irq_off();
    uint32 *mine = &l->reading[this_cpu()->index];
    if (*mine > 0) { // in already
        (*mine)++;
        return;
    }
    lockdep_take(l, l->writer.name, l->writer.level);
    this_cpu()->locks_held++;
    this_cpu()->lock_acquired[l->writer.level]++;
    while (!try_read(l, mine))
        wait_for_zero(l, &l->writers);
}

void read_release(struct rwspinlock *l)
{
    uint32 *mine = &l->reading[this_cpu()->index];
    kassert(*mine > 0 || panicking());
    if (*mine > 1) {
        (*mine)--;
    } else {
        __atomic_store_n(mine, 0, __ATOMIC_RELEASE);
        lockdep_leave(l, l->writer.level);
        this_cpu()->locks_held--;
    }
    irq_on();
}

void write_acquire(struct rwspinlock *l)
{
    irq_off(); // a handler that reads would wait for this hart
    kassert(l->reading[this_cpu()->index] == 0 || panicking());
    __atomic_fetch_add(&l->writers, 1, __ATOMIC_SEQ_CST);
    spin_lock(&l->writer);
    irq_on();
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint i = 0; i < cpu_count; i++)
        if (look(&l->reading[i]) != 0)
            wait_for_zero(l, &l->reading[i]);
}

void write_release(struct rwspinlock *l)
{
    __atomic_fetch_sub(&l->writers, 1, __ATOMIC_RELEASE);
    spin_unlock(&l->writer); // the interrupts last, again for the handler's sake
}
