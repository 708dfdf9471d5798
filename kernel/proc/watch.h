// What stands between a process and its system calls: which are printed (trace), and which are
// refused (interpose). Children inherit it, exec keeps it.
//
// Calls are bits of a mask, bit n for call n. What is refused stays so: a process can be restricted
// further, never less.
#ifndef KERNEL_PROC_WATCH_H
#define KERNEL_PROC_WATCH_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

// T: all
struct watch {
    uint64 traced;
    uint64 refused;
    char path[MAXPATH]; // may be opened and executed though that is refused; "": none
};

bool watch_traces(const struct watch *w, uint64 number);
// For open and exec, path is what they are to work on, in the kernel's memory: checked and used
// must be the same copy. For other calls it is 0.
bool watch_refuses(const struct watch *w, uint64 number, const char *path);

// Refuses the calls of mask, too (never exit, thread_exit); path stays allowed, "-": none. 0; -EPERM: a path
// that open and exec are refused by now.
int watch_interpose(struct watch *w, uint64 mask, const char *path);

#endif
