// Threads of a process beyond its first. Each is a struct proc with a number of the same kind as
// processes have, a kernel stack, registers, floating point and an alarm of its own. What they
// share is the address space, and what lies in their leader, the first thread: descriptors, working
// directory, children, group, what is refused to them (the fields marked L in proc.h).
//
//     a life:  thread_clone (fork.c), run, thread_exit (exit.c), thread_join and proc_reap by
//     another thread (exit.c)
//
// exit by any of them, a kill, or a fault ends all. The leader ends last, whatever it does.
#ifndef KERNEL_PROC_THREAD_H
#define KERNEL_PROC_THREAD_H

#include "kernel/lib/kdef.h"

struct proc;

// A thread that calls fn(arg) with sp at stack_top: its number. The rest of its registers is the
// caller's, but floating point, which is 0. -EINVAL: no address of user memory; -EAGAIN (NPROC);
// -ENOMEM.
int thread_clone(uaddr_t fn, uint64 arg, uaddr_t stack_top);

// Ends the calling thread; the last one ends the process with its status.
noreturn void thread_exit(int status);

// Waits for the end of a thread of this process (any other but the leader for tid = -1): its
// number; then proc_reap frees it, or proc_unclaim leaves it to be found again.
// -ESRCH: none has that number; -ECHILD: there is no other; -EINVAL: the caller; -EINTR.
int thread_join(int tid, struct proc **zombie);

#endif
