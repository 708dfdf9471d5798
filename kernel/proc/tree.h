// The process tree: what the files of this folder share. tree_lock guards parents, children,
// groups, the threads of each process, and the list of all processes.
#ifndef KERNEL_PROC_TREE_H
#define KERNEL_PROC_TREE_H

#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

struct proc;
struct thread;

extern struct spinlock tree_lock;
extern struct list all_procs; // through proc->all, by pid
extern struct proc *init_proc;

// => tree_lock held: the process with that pid, or NULL.
struct proc *proc_find_locked(int pid);
// => tree_lock held: process p is killed: all its threads are told to end.
void proc_kill_locked(struct proc *p);
// => tree_lock held: all threads of p but one (NULL: all) are told to end. False: they were told
// so before, by another exit or exec.
bool proc_end_threads_locked(struct proc *p, const struct thread *but);
// Waits until all threads of the caller's process but the caller have ended, and frees them. They
// have been told to end, or have ended. May sleep.
void proc_await_threads(void);
// => tree_lock held: whether p is below, or above it in the tree.
bool proc_is_above_locked(const struct proc *p, const struct proc *below);
// Lets go what proc_cwd has kept for t.
void proc_drop_cwd(struct thread *t);
// => tree_lock held: t, which has ended or never ran, leaves its process.
void proc_remove_thread_locked(struct thread *t);

#endif
