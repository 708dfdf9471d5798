// Sleeplocks: for longer work; waiters sleep, and get it in the order in which they came. Held by
// a thread, also while it sleeps. Not for interrupt handlers.
#ifndef KERNEL_THREAD_SLEEPLOCK_H
#define KERNEL_THREAD_SLEEPLOCK_H

#include "kernel/lib/kdef.h"
#include "kernel/lock/level.h"

struct thread;

struct sleeplock {
    uint32 state;          // a: 0 free, 1 held, 2 held and others wait
    uint8 level;           // I
    const char *name;      // I
    struct thread *holder; // while it is held
};

#define SLEEPLOCK_INIT(name_, level_)                                                              \
    {                                                                                              \
        .level = LEVEL_##level_, .name = name_                                                     \
    }

void sleeplock_init(struct sleeplock *l, const char *name, enum lock_level level);
void sleeplock_lock(struct sleeplock *l);
void sleeplock_unlock(struct sleeplock *l);
bool sleeplock_holding(const struct sleeplock *l);

#endif
