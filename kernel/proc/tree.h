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
// => tree_lock held: the process of the leader p is told to end.
void proc_kill_locked(struct proc *p);
// => tree_lock held: all threads of the leader's process are told to end; false: they are already.
bool proc_end_threads_locked(struct proc *leader);
// => tree_lock held: whether p is below, or above it in the tree.
bool proc_is_above_locked(const struct proc *p, const struct proc *below);
// The leader, whose other threads are gone, becomes the program that leader->image tells.
void proc_take_over(struct proc *leader);
// Lets go what proc_cwd has kept for p.
void proc_drop_cwd(struct proc *p);

#endif
