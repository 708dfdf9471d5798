// A scheduling policy: which of the threads that are ready a hart runs next.
//
// The scheduler (sched.c) gives the policy each thread that becomes ready (put), and asks it for
// the next one to run (pick). In between the thread is the policy's, and with it run_link, usage
// and rank, which nobody else reads. At each clock tick the policy hears who was running (tick).
//
// A policy is one file, whose functions are all static. It ends in one line:
//
//     SCHED_POLICY(fifo, put, pick, NULL)
//
// and is chosen at boot by the argument sched=fifo. Nothing else in the kernel changes.
#ifndef KERNEL_THREAD_POLICY_H
#define KERNEL_THREAD_POLICY_H

#include "kernel/thread/thread.h"

// All functions are called with sched_lock held, so they must be short.
struct sched_policy {
    const char *name;
    // t is ready. woken: it slept until now, or is new; else it had a hart and makes way.
    void (*put)(struct thread *t, bool woken);
    // Takes out the thread that this hart runs next; NULL: none that may run there is ready. A
    // thread that thread_may_run refuses stays.
    struct thread *(*pick)(uint hart);
    // A clock tick has met t running. NULL: the policy does not want to know.
    void (*tick)(struct thread *t);
};

// Adds a policy to the table of all policies, which the linker makes (kernel.ld).
#define SCHED_POLICY(name_, put_, pick_, tick_)                                                    \
    static const struct sched_policy name_##_policy = {#name_, put_, pick_, tick_};                \
    static const struct sched_policy *const name_##_entry                                          \
        __attribute__((section(".policies"), used)) = &name_##_policy;

extern const struct sched_policy *const policies_start[], *const policies_end[]; // kernel.ld

// Whether t may run on that hart: it is bound to no other.
static inline bool thread_may_run(const struct thread *t, uint hart)
{
    return t->bound == ANY_HART || t->bound == (int)hart;
}

// For the pick of a policy that keeps its threads in one queue: takes out the first thread that may
// run on that hart. NULL: there is none.
static inline struct thread *policy_take_first(struct list *queue, uint hart)
{
    list_for_each (t, queue, struct thread, run_link) {
        if (thread_may_run(t, hart)) {
            list_remove(&t->run_link);
            return t;
        }
    }
    return NULL;
}

#endif
