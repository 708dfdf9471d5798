// Threads of a process beyond its first. A thread has a number of the same kind as processes have,
// a kernel stack, registers, floating point and an alarm of its own. What it shares with the other
// threads lies in struct proc.
//
//     a life:  thread_clone (fork.c), run, thread_exit (exit.c), thread_join and thread_reap by
//     another thread (exit.c)
//
// exit by any of them, a kill, or a fault ends all. The last thread to end ends the process. The
// thread that has the process's number cannot be joined.
#ifndef KERNEL_PROC_CLONE_H
#define KERNEL_PROC_CLONE_H

#include "kernel/lib/kdef.h"

struct thread;

// A thread that calls fn(arg) with sp at stack_top: its number. The rest of its registers is the
// caller's, but floating point, which is 0. -EINVAL: no address of user memory; -EAGAIN (NPROC);
// -ENOMEM.
int thread_clone(uaddr_t fn, uint64 arg, uaddr_t stack_top);

// Ends the calling thread; the last one ends the process with its status.
noreturn void thread_exit(int status);

// Waits for the end of a thread of this process (any but the first for tid = -1): its number. The
// thread is not freed yet: thread_reap does that, or thread_unclaim leaves it to be found again.
// -ESRCH: no thread has that number; -ECHILD: there is no other; -EINVAL: the caller; -EINTR: the
// caller is ending.
int thread_join(int tid, struct thread **zombie);
void thread_reap(struct thread *zombie);
void thread_unclaim(struct thread *zombie);

#endif
