// What stands between a process and its system calls: which are printed (trace), and which are
// refused (interpose). Children inherit it, exec keeps it.
//
// Calls are bits of a mask, bit n for call n. What is refused stays so: a process can be restricted
// further, never less.
#ifndef KERNEL_PROC_WATCH_H
#define KERNEL_PROC_WATCH_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct proc;

struct watch {
    uint64 traced;
    uint64 refused;
    char path[MAXPATH]; // may be opened and executed though that is refused; "": none
};

bool watch_traces(const struct watch *w, uint64 number);
// For open and exec, path is what they are to work on, in the kernel's memory: checked and used
// must be the same copy. For other calls it is 0. w = 0 refuses nothing.
bool watch_refuses(const struct watch *w, uint64 number, const char *path);

int watch_trace(struct proc *p, uint64 mask); // 0; -ENOMEM
// Refuses the calls of mask, too (never exit, thread_exit); path stays allowed, "-": none. 0; -ENOMEM; -EPERM: a
// path that open and exec are refused by now.
int watch_interpose(struct proc *p, uint64 mask, const char *path);

int watch_fork(struct proc *child, struct proc *parent); // 0; -ENOMEM
void watch_drop(struct proc *p);                         // exit

#endif
