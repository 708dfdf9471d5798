// Reader-writer spinlocks: any number of harts read at a time, or one writes. Interrupts are off
// while one is held, as with a spinlock, and what happens is counted in the same way.
//
//     read_acquire, look, read_release        write_acquire, change, write_release
//
// Writers come first: from the moment that one waits no reader is let in who is not in already, so
// a stream of readers cannot keep a writer out. A hart that reads may read again (nested, as often
// as it likes, even while a writer waits for it: anything else would be a deadlock); it must not
// ask to write, nor a writer to read.
//
// The kernel itself has no data that is read often enough, and changed rarely enough, to be worth
// one: this is what a lab asks for, with its test beside it.
#ifndef KERNEL_KTEST_RWLOCK_H
#define KERNEL_KTEST_RWLOCK_H

#include "kernel/lib/kdef.h"
#include "kernel/lock/spinlock.h"
#include "kernel/param.h"

struct rwspinlock {
    struct spinlock writer; // held by the one that writes; its name and level are this lock's
    uint32 writers;         // a: that hold it or wait for it
    uint32 reading[NCPU];   // a: how often each hart reads; written by that hart alone
};

void initrwlock(struct rwspinlock *l, const char *name, enum lock_level level);

void read_acquire(struct rwspinlock *l);
void read_release(struct rwspinlock *l);
void write_acquire(struct rwspinlock *l);
void write_release(struct rwspinlock *l);

#endif
