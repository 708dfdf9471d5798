// Threads: what a hart runs.
//
//     states:  EMBRYO (thread_new) -> RUNNABLE (sched_start) <-> RUNNING -> SLEEPING -> RUNNABLE
//     ...
//              -> ZOMBIE (sched_end) -> freed (thread_free)
//     a life:  thread_new, sched_start, run, sleep, run, sched_end; another thread: thread_free
//
// A thread has registers, a kernel stack and a place in the scheduler. What several threads share,
// above all an address space, is their process (proc/proc.h). Here the process is an opaque
// pointer, and it is NULL for a kernel thread.
#ifndef KERNEL_THREAD_THREAD_H
#define KERNEL_THREAD_THREAD_H

#include "kernel/arch/cpu.h"
#include "kernel/arch/fpu.h"
#include "kernel/arch/trapframe.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/lock/lockdep.h"
#include "kernel/procinfo.h"
#include "kernel/thread/self.h"

struct alarm;
struct inode;
struct mmu_context;
struct proc;

// What a switch between threads saves (switch.S): the callee-saved registers.
struct context {
    uint64 ra, sp;
    uint64 s[12];
};

// I immutable after thread_new or its owner's set-up; S sched lock; W bucket of its channel;
// o the thread itself only; a atomic; T proc/'s tree lock
struct thread {
    struct context context; // S
    struct trapframe *tf;   // I: top of the kernel stack
    vaddr_t kstack_top;     // I
    uint64 kstack_state;    // I: what a hart must have flushed at before it runs there (mmu/tlb.h)

    // The scheduler.
    enum procstate state; // S
    int cpu;              // S: hart that it runs or ran on; -1: none yet
    int bound;            // S: hart on which alone it may run; ANY_HART
    bool interactive;     // a: a person waits for it (proc/pgroup.h)
    struct list run_link; // S: this and the next two are the policy's own (policy.h)
    uint64 usage;         // S
    uint64 rank;          // S
    uint64 ticks;         // o: clock ticks that met it running

    // Sleep (waitq.h).
    const void *chan;       // W: what it sleeps on; NULL: not asleep
    struct list wait_link;  // W
    bool killable_sleep;    // W: a kill ends this sleep
    bool timed_out;         // W
    struct list timer_link; // clock lock: it sleeps with a limit
    uint64 deadline;        // clock lock: tick that ends the sleep
    bool killed;            // a: it is to end at its next return to user mode

    // What it runs in.
    struct mmu_context *mmu; // o: of its address space; NULL: none, any kernel root will do
    bool isolated;           // o: user mode runs on the user root
    struct fpregs fp;        // o: as saved, if the trap frame has them in use (fp.h)

    // Its part in a process: proc/ reads and writes these, thread/ does not.
    struct proc *proc;      // I; NULL: kernel thread
    int tid;                // T: its number; the first thread's is that of its process; 0: none
    struct list sibling;    // T: in the process's list of threads
    int exit_status;        // T: set before ZOMBIE
    bool joining;           // T: a thread fetches the status of this zombie
    struct inode *cwd_used; // o: working directory on which it has a reference (proc_cwd)
    struct alarm *alarm;    // o: NULL until it sets one

    struct transaction transaction; // o: fs/journal
    bool fail_armed;                // o: test builds: its allocations are counted and may fail
    struct held_set held;           // o: debug build (lock/lockdep.h)
    char name[16];                  // o
};

#define ANY_HART (-1)

// The running thread; safe at any time. Only thread/, proc/, sys/ and trap/ ask.
static inline struct thread *current(void)
{
    struct thread *t;
    __asm__ volatile("ld %0, %1(tp)" : "=r"(t) : "i"(CPU_THREAD));
    return t;
}

// A thread in EMBRYO with a kernel stack, that belongs to no process. NULL: memory is short.
struct thread *thread_new(const char *name);
// Frees a thread that never ran, or a zombie whose last switch is over. Its alarm and its process
// have been taken care of.
void thread_free(struct thread *t);

#endif
