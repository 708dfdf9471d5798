// The lock-order checker of the debug build (DEBUG=1); nothing in others. Panics when a lock is
// taken against the order of level.h, when a spinlock is held across a sleep, and when user
// memory is touched with anything held.
#ifndef KERNEL_LOCK_LOCKDEP_H
#define KERNEL_LOCK_LOCKDEP_H

#include "kernel/lib/assert.h"
#include "kernel/lib/kdef.h"
#include "kernel/lock/level.h"

// What a hart (spinlocks) or a thread (sleeplocks, a transaction) holds.
#define HELD_MAX (DEBUG_BUILD ? 16 : 0)
struct held_set {
    struct held_lock {
        const void *lock;
        const char *name;
        enum lock_level level;
    } held[HELD_MAX];
    int count;
};

#ifdef DEBUG
// A lock of this level is taken, is let go: by this hart if it is a spinlock, else by the running
// thread (sleeplocks, the transaction).
void lockdep_take(const void *lock, const char *name, enum lock_level level);
void lockdep_leave(const void *lock, enum lock_level level);
// The running thread must hold nothing.
void lockdep_assert_none(void);
#else
static inline void lockdep_take(const void *lock, const char *name, enum lock_level level)
{
    (void)lock, (void)name, (void)level;
}
static inline void lockdep_leave(const void *lock, enum lock_level level)
{
    (void)lock, (void)level;
}
static inline void lockdep_assert_none(void) {}
#endif

#endif
