// Process groups, and which of them has the console.
//
// A process group is the processes that kill(-group) ends together. One group is the console's
// foreground: its members may read what is typed, and Ctrl-C ends them. Others get EIO when they
// read.
//
//     the console's life: init's group has it at first; /sh calls tcshell, and its own group has it
//     a foreground job:   the job's first process calls setpgid and tcsetpgrp, and executes its
//                         program; when the job has ended, the shell calls tcsetpgrp, and its own
//                         group has the console again
//
// A process may say which group has the console (tcsetpgrp) if it is one of these:
//     a member of the present group
//     above the leader of the present group in the process tree
//     a lender: it has said so before
//     a child of one of these that has executed no program yet, and so acts for its parent
//     init, always
// When a lender takes the console back, processes that became lenders after it are none any more.
// So no process gets the console that was not given it; and whatever becomes of those that have it,
// some lender can have it again: at last init, which starts another shell.
//
// A shell of the console (tcshell) leads a group of its own, and Ctrl-C does not end it. It is one
// until it ends, executes another program, or somebody further down takes the console back.
//
// Ctrl-C that finds nobody to end interrupts the wait of the shell that had the console last
// (EINTR): the job has left its group, say, and goes on in the background. For a program that says
// that it is a shell, and does not listen, there is Ctrl-\: it ends all shells of the console, too,
// and init starts one anew.
#ifndef KERNEL_PROC_PGROUP_H
#define KERNEL_PROC_PGROUP_H

#include "kernel/lib/kdef.h"

struct proc;

// setpgid: pid, the caller (0) or a child of it, goes to the group pgid, which exists or is to be
// led by pid (0). 0; -EINVAL; -ESRCH: pid is neither; -EPERM: there is no such group, or pid is a
// shell of the console.
int pgroup_set(int pid, int pgid);
// Kills all processes of a group (init aside): how many.
int pgroup_kill(int64 pgid);

// tcsetpgrp: makes the group pgid, 0: the caller's, the foreground. It exists, or its leader is to
// be the caller. 0; -EINVAL; -EPERM: the caller may not, or there is no such group.
int pgroup_set_foreground(int pgid);
// tcshell: the caller becomes a shell of the console. 0; -EPERM: it may not set the foreground.
int pgroup_become_shell(void);
// Whether p is a shell of the console. Needs no lock.
bool pgroup_is_shell(const struct proc *p);

// Whether the group pgid has the console; whether the caller's has, so that it may read. Need no
// lock.
bool pgroup_is_foreground(int pgid);
bool pgroup_may_read(void);
// Ctrl-C (all: Ctrl-\) was typed. Interrupt handler.
void pgroup_interrupt(bool all);

// Whether the running thread may take the last frames of memory: it is of init, once that is a
// program, or of a shell of the console.
bool proc_may_use_reserve(void);

// => tree_lock held: p executes another program; p ends.
void pgroup_exec_locked(struct proc *p);
void pgroup_exit_locked(struct proc *p);

#endif
