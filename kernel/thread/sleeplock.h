// Sleeplocks: for longer work. A thread that must wait for one sleeps, and the first to come is the
// first to be served. A thread holds it also while it sleeps. Not for interrupt handlers.
//
//     states:  free (0) <-> held (1) <-> held, and others wait (2) -> held by the first of them
#ifndef KERNEL_THREAD_SLEEPLOCK_H
#define KERNEL_THREAD_SLEEPLOCK_H

#include "kernel/lib/kdef.h"
#include "kernel/lock/level.h"

struct thread;

struct sleeplock {
    uint32 state;          // a: 0, 1 or 2, as above
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
