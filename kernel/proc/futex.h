// Sleeping until a word of user memory changes: what locks of user programs are made of.
//
// A program changes the word itself and calls the kernel only to sleep and to wake:
//
//     while (*addr == value)                       *addr = other;
//         futex_wait(as, addr, value, 0);          futex_wake(as, addr, 1);
//
// No wake-up is lost: the kernel compares the word while the bucket of its waiters is locked, and a
// waker locks that bucket after it has changed the word.
#ifndef KERNEL_PROC_FUTEX_H
#define KERNEL_PROC_FUTEX_H

#include "kernel/lib/kdef.h"

struct addrspace;

void futex_init(void);

// Sleeps if the word at addr holds value, at most ticks clock ticks (0: no limit). 0: woken;
// -EAGAIN: the word does not hold value; -ETIMEDOUT; -EINTR: killed; -EINVAL: not aligned, ticks
// negative; -EFAULT; -ENOMEM. Called with no lock held.
int futex_wait(struct addrspace *as, uaddr_t addr, int value, int ticks);

// Wakes at most count of the threads that wait at addr; the first to come is the first to be woken.
// Returns how many. -EINVAL; -EFAULT; -ENOMEM.
int futex_wake(struct addrspace *as, uaddr_t addr, int count);

#endif
