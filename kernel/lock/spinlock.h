// Spinlocks: for a few instructions, interrupts off on this hart, never across anything that
// sleeps. Taken by atomic exchange.
//
// What happens to locks is counted by level and hart, so that counting costs no shared line and
// nobody must keep a list of all locks.
#ifndef KERNEL_LOCK_SPINLOCK_H
#define KERNEL_LOCK_SPINLOCK_H

#include "kernel/lib/kdef.h"
#include "kernel/lock/level.h"

struct cpu;

struct spinlock {
    uint32 locked;      // a
    uint8 level;        // I, enum lock_level
    const char *name;   // I
    struct cpu *holder; // while it is held
};

#define SPINLOCK_INIT(name_, level_)                                                               \
    {                                                                                              \
        .level = LEVEL_##level_, .name = name_                                                     \
    }

void spin_init(struct spinlock *l, const char *name, enum lock_level level);

// Waits until the lock is free and takes it; interrupts are off until spin_unlock.
void spin_lock(struct spinlock *l);
void spin_unlock(struct spinlock *l);

// True if this hart holds it. For assertions.
bool spin_holding(const struct spinlock *l);

// All locks of a level together, since boot.
struct lock_count {
    uint64 acquired; // times that one was taken
    uint64 failed;   // attempts that found it taken
};
void lock_counts(struct lock_count count[NLOCKLEVEL]);
extern const char *const lock_level_names[NLOCKLEVEL];

#endif
