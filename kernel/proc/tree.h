// The process tree: what the files of this folder share. tree_lock guards parents, children, groups
// and the list of all processes.
#ifndef KERNEL_PROC_TREE_H
#define KERNEL_PROC_TREE_H

#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

struct proc;

extern struct spinlock tree_lock;
extern struct list all_procs; // through proc->all, by pid
extern struct proc *init_proc;

// => tree_lock held: the process with that pid, or 0.
struct proc *proc_find_locked(int pid);
// => tree_lock held: p is told to end.
void proc_kill_locked(struct proc *p);
// Frees what p has of its own beside files and address space.
void proc_drop_parts(struct proc *p);

#endif
