// Processes: what threads share.
//
//     states:  being made (proc_create) -> alive -> ended (its last thread has ended: a zombie)
//              -> freed by its parent's wait (proc_reap)
//     a life:  proc_fork, run, proc_exec, run, proc_exit, proc_wait (by the parent), proc_reap
//
// A process has one thread or more (thread/thread.h, clone.h). All of them are alike: the last one
// to end, whichever it is, ends the process. Kernel threads belong to no process.
#ifndef KERNEL_PROC_PROC_H
#define KERNEL_PROC_PROC_H

#include "kernel/file/fdtable.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/proc/watch.h"
#include "kernel/procinfo.h"
#include "kernel/thread/thread.h"

struct addrspace;
struct exec_args;
struct inode;

// I immutable after proc_create; T tree_lock; F fds.lock; a written under T, read without a lock
struct proc {
    int pid;              // I
    int pgid;             // T, a
    struct list all;      // T: in the list of all processes, by pid
    struct proc *parent;  // T; NULL: init
    struct list children; // T: through sibling
    struct list sibling;  // T: in the parent's children
    struct list threads;  // T: through sibling, the oldest first; also those that wait for a join
    uint live;            // T, a: threads that have not ended

    bool doomed;        // T: it has been killed
    bool ending;        // T: exit or exec has told the other threads to end
    bool ended;         // T: all its threads have ended, and what they shared is gone
    bool reaping;       // T: somebody fetches the status of this zombie
    int exit_status;    // T
    uint64 ended_ticks; // T: clock ticks that met threads which are gone

    bool forked;        // T: it still runs its parent's program: no exec yet
    bool console_shell; // T, a: pgroup.h
    struct list lender; // T: in the list of those who lent the console
    uint32 interrupts;  // T: how often Ctrl-C has meant its wait

    struct addrspace *as; // T to change it, which its last thread does; NULL: none (yet, any more)
    struct inode *cwd;    // F: proc_cwd tells it
    struct fdtable fds;   // its own lock
    struct watch watch;   // T: which of its system calls are traced or refused
};

// The working directory, which stays valid until the calling thread asks for it again.
struct inode *proc_cwd(void);
// Makes dir, whose reference is taken over, the working directory.
void proc_set_cwd(struct inode *dir);

// To user mode, with the registers of the running thread's trap frame: set by
// boot/upcalls.c.
extern noreturn void (*proc_user_return)(void *running);

// A new thread of process p, in EMBRYO. It has a number, a kernel stack, and registers, name and
// modes as maker has them. 0; -EAGAIN (NPROC, NPROC_GROUP); -ENOMEM.
int proc_add_thread(struct proc *p, const struct thread *maker, struct thread **added);
// A new process with one such thread, *first, whose number is the pid. Errors as above.
int proc_create(const struct thread *maker, struct thread **first);
// Undoes proc_create, and frees what is left of a zombie.
void proc_free(struct proc *p);

// Makes process 1, which runs main in the kernel (main ends in proc_exec's program or a panic).
void proc_start_init(void (*main)(void *arg));

// fork: returns the child's pid; -EAGAIN, -ENOMEM, -EINTR.
int proc_fork(void);
// exec: the calling process becomes the program at path, called with args. Its other threads end.
// Returns argc, and the caller's trap frame is the program's. -EPERM: path does not lead to only
// (NULL: it may lead anywhere). -ENOENT, -ENOEXEC, -ENOMEM, -EIO, ...: the caller is whole. -EINTR:
// the caller is ending.
int proc_exec(const char *path, const struct inode *only, const struct exec_args *args);
// exit: ends all threads of the process, unless they are ending already. Does not return.
noreturn void proc_exit(int status);
// wait: the pid of a child that has ended (any child for pid = -1). The child is not freed yet:
// proc_reap does that, or proc_unclaim leaves it to be found again. 0 with nohang if none has
// ended. -ECHILD: there is no such child; -EINTR: the caller is ending, or it is a shell of the
// console and Ctrl-C was typed (pgroup.h).
int proc_wait(int pid, bool nohang, struct proc **zombie);
void proc_reap(struct proc *zombie);
void proc_unclaim(struct proc *zombie);

// kill: 0; -ESRCH; -EPERM for init.
int proc_kill(int pid);

// Before the machine goes: all processes but the caller and those above it in the tree end, so that
// the files that they had unlinked and still open are freed, and everything reaches the disk.
void proc_shut_down(void);

// The pid of the caller's parent; 0: init has none.
int proc_parent(void);
// The process with the least pid >= pid: fills *info, returns its pid; -ESRCH.
int proc_info(int pid, struct procinfo *info);
// The address space of process pid, one more user. own: only of the caller or of a child of it. 0;
// -ESRCH; -EPERM: it is neither.
int proc_space(int pid, bool own, struct addrspace **as);
// How many threads there are, those of the kernel aside.
uint64 proc_count(void);
// Lists processes through kprintf (Ctrl-P).
void proc_list(void);

#endif
