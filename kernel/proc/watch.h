// What stands between a process and its system calls: which are printed (trace), and which are
// refused (interpose). Children inherit it, exec keeps it.
//
// Calls are bits of a mask, bit n for call n. What is refused stays so: a process can be restricted
// further, never less.
//
// The path that stays allowed means the file that it led to when interpose was called: whatever
// lies there later, or from another working directory, is refused. A path that led nowhere then is
// refused for ever. The file is held, so that its inode does not become another file's.
#ifndef KERNEL_PROC_WATCH_H
#define KERNEL_PROC_WATCH_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct inode;

#define WATCH_BITS 64 // of the masks; the last one stands for all calls from 63 on

// T: all
struct watch {
    uint64 traced;
    uint64 refused;
    bool verbose;          // a traced call prints its arguments, too
    bool at_begin;         // there is something to do when a call begins: refused != 0, or verbose
    char path[MAXPATH];    // may be opened and executed though that is refused; "": none
    struct inode *allowed; // what it led to; 0: nothing
};

bool watch_traces(const struct watch *w, uint64 number);
// For open and exec of path, in the kernel's memory: checked and used must be the same copy. 0:
// allowed, and *only is 0, or what path must lead to, one more user, which the caller puts; -EPERM.
int watch_permits(const struct watch *w, uint64 number, const char *path, struct inode **only);
// For all other calls.
bool watch_refuses(const struct watch *w, uint64 number);

// Refuses the calls of mask, too (never exit, thread_exit); path, from the caller's working
// directory, stays allowed, "-": none. 0; -EPERM: a path that open and exec are refused by now.
int watch_interpose(struct watch *w, uint64 mask, const char *path);

// Whether traced calls print their arguments, too.
void watch_set_verbose(struct watch *w, bool on);

// => tree_lock held: a child's watch is as its parent's.
void watch_fork_locked(struct watch *child, const struct watch *parent);
// The process ends.
void watch_drop(struct watch *w);

#endif
