// Processes.
//
//     states:  UNUSED -> EMBRYO (proc_alloc) -> RUNNABLE <-> RUNNING -> SLEEPING -> RUNNABLE ...
//              -> ZOMBIE (proc_exit) -> freed by its parent's wait
//     a life:  proc_fork, run, proc_exec, run, proc_exit, proc_wait (by the parent)
//
// Kernel threads are processes without an address space of their own and without a pid.
// Further threads of a process (thread.h) are processes that live in their leader's.
#ifndef KERNEL_PROC_PROC_H
#define KERNEL_PROC_PROC_H

#include "kernel/arch/cpu.h"
#include "kernel/arch/fpu.h"
#include "kernel/arch/trapframe.h"
#include "kernel/file/fdtable.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/lock/lockdep.h"
#include "kernel/lock/thread.h"
#include "kernel/proc/watch.h"
#include "kernel/procinfo.h"

struct addrspace;
struct alarm;
struct exec_args;
struct inode;

// What a switch between threads saves (switch.S): the callee-saved registers.
struct context {
    uint64 ra, sp;
    uint64 s[12];
};

// A program that exec has loaded (exec.c).
struct new_image {
    struct addrspace *as; // 0: none
    uaddr_t entry, sp;    // its argv lies at sp
    int argc;
    char name[16];
};

// I immutable after proc_alloc; o the thread itself only; S sched lock; T proc_tree lock;
// W bucket of its channel; F fds.lock; a atomic; L in the leader only: all threads' own
struct proc {
    struct context context; // S
    struct trapframe *tf;   // I: top of the kernel stack
    vaddr_t kstack_top;     // I
    // I: what a hart must have flushed at before it runs there (tlb_know_stack)
    uint64 kstack_state;
    struct list run_link;   // S: run queue
    enum procstate state;   // S
    bool killable_sleep;    // W: a kill ends this sleep
    bool timed_out;         // W
    const void *chan;       // W: what it sleeps on, 0 = not asleep
    struct list wait_link;  // W
    struct list timer_link; // clock lock: sleeps with a limit
    uint64 deadline;        // clock lock: tick that ends the sleep
    bool killed;            // a: it is to end at its next return to user mode
    int cpu;                // S: hart it runs or ran on
    int pin;                // S: hart on which alone it may run; ANY_HART

    int pid;                // I; 0: kernel thread
    int pgid;               // T to change it, a, L
    struct proc *leader;    // I: the first thread of the process, perhaps itself
    struct list threads;    // T, L: the others, through sibling
    struct proc *parent;    // T, L: a leader; 0: kernel thread, init
    struct list children;   // T, L: through sibling
    struct list sibling;    // T: in the parent's children, or in the leader's threads
    struct list all;        // T, L: all processes, by pid
    int exit_status;        // T, set before ZOMBIE
    bool claimed;           // T: a zombie whose status somebody is fetching
    bool ending;            // T, L: exit or exec has told the other threads to end
    bool doomed;            // T, L: the process has been killed
    bool forked;            // T, L: it runs its parent's program still: no exec yet
    bool console_shell;     // T to change it, a, L: pgroup.h
    struct list lender;     // T, L: in the list of those who lent the console
    uint32 interrupts;      // T, L: how often Ctrl-C has meant its wait
    uint64 ended_ticks;     // a, L: ticks of threads that are gone
    struct new_image image; // T, L: what the process becomes when its other threads have ended

    struct addrspace *as;   // o (others: T and as_get); 0: kernel thread
    bool isolated;          // o: user mode runs on the user root
    struct inode *cwd;      // F, L: proc_cwd tells it
    struct inode *cwd_used; // o: the one that this thread has a reference on (proc_cwd)
    struct fdtable fds;     // L
    // o: as saved, if sstatus of its trap frame has it in use (fp.h)
    struct fpregs fp;
    struct watch watch;             // T, L: which of its system calls are traced or refused
    struct alarm *alarm;            // o: 0 until it sets one
    uint64 ticks;                   // o: clock ticks that met it running
    bool fail_armed;                // o: test builds: its allocations are counted and may fail
    struct transaction transaction; // o: fs/journal
    struct held_set held;           // o: debug build (lockdep)
    char name[16];                  // o
};

#define ANY_HART (-1)

// The running process (or kernel thread); safe at any time. Only proc/, sys/ and trap/ ask.
static inline struct proc *current(void)
{
    struct proc *p;
    __asm__ volatile("ld %0, %1(tp)" : "=r"(p) : "i"(CPU_PROC));
    return p;
}

// The working directory, which stays valid until the calling thread asks for it again.
struct inode *proc_cwd(void);
// Makes dir, whose reference is taken over, the working directory.
void proc_set_cwd(struct inode *dir);

// To user mode, with the registers of the running process p's trap frame: trap/ sets it at boot.
extern noreturn void (*proc_user_return)(void *p);

// A kernel thread in EMBRYO with a kernel stack, in no list; 0 if memory is short.
struct proc *thread_alloc(const char *name);
// A new process in EMBRYO with a kernel stack and a pid, and with registers, name and modes as
// maker has them; as_thread: a further thread of maker's process, where it is listed at once. 0;
// -EAGAIN (NPROC, NPROC_GROUP); -ENOMEM.
int proc_alloc(const struct proc *maker, bool as_thread, struct proc **out);
// Undoes proc_alloc, and frees what is left of a zombie.
void proc_free(struct proc *p);

// Makes process 1, which runs main in the kernel (main ends in proc_exec's program or a panic).
void proc_start_init(void (*main)(void *arg));
// A kernel thread that runs main(arg), which must not return. Panics if memory is short: boot only.
void kthread_start(const char *name, void (*main)(void *arg), void *arg);

// fork: returns the child's pid; -EAGAIN, -ENOMEM.
int proc_fork(void);
// exec: loads the program at path with these arguments, and tells all threads of this process to
// end, as exit does; when they have, at its return to user mode, the leader goes on as that
// program. Returns argc on success. -EPERM: path does not lead to only (0: it may lead anywhere).
// -ENOENT, -ENOEXEC, -ENOMEM, -EIO, ...: the caller is whole. -EINTR: the caller is ending.
int proc_exec(const char *path, const struct inode *only, const struct exec_args *args);
// exit: ends all threads of the process, unless they are ending already. Does not return.
noreturn void proc_exit(int status);
// wait: the pid of an ended child (any for pid = -1), which is not freed yet: proc_reap does that;
// or proc_unclaim leaves it to be found again. 0 with nohang if none has ended. -ECHILD; -EINTR:
// the caller is ending, or it is a shell of the console and Ctrl-C was typed (pgroup.h).
int proc_wait(int pid, bool nohang, struct proc **zombie);
void proc_reap(struct proc *zombie);
void proc_unclaim(struct proc *zombie);

// kill: 0; -ESRCH; -EPERM for init.
int proc_kill(int pid);

// Before the machine goes: all processes but the caller and those above it in the tree end, so that
// what they had unlinked and still open is freed, and everything reaches the disk.
void proc_shut_down(void);

// The pid of the caller's parent; 0: init has none.
int proc_parent(void);
// The process with the least pid >= pid: fills *info, returns its pid; -ESRCH.
int proc_info(int pid, struct procinfo *info);
// The address space of process pid, one more user. 0; -ESRCH; -EPERM: it is to be the caller's own
// or that of a child, and is not.
int proc_space(int pid, bool own, struct addrspace **as);
uint64 proc_count(void);
// Lists processes through kprintf (Ctrl-P).
void proc_list(void);

#endif
