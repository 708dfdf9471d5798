// The policy "decay": priorities by the processor time that a thread has used lately.
//
//     usage  clock ticks that met the thread running, halved each time that it wakes from a sleep
//     rank   the tick at which the thread became ready, plus its usage: the least rank runs first
//
// A thread that mostly sleeps has little usage and passes those that compute. Usage is limited, so
// a thread that computes falls back by USAGE_MAX ticks at most and then passes the newcomers:
// nobody waits for ever. Among threads that compute all the time the policy is round robin.
#include "kernel/thread/policy.h"
#include "kernel/thread/waitq.h"

#define USAGE_MAX 32

static struct list queue = {&queue, &queue}; // by rank; sched_lock

static void put(struct thread *t, bool woken)
{
    if (woken)
        t->usage /= 2;
    t->rank = clock_ticks() + t->usage;
    if (woken && __atomic_load_n(&t->interactive, __ATOMIC_RELAXED))
        t->rank = 0; // first of all: a person waits for it

    // Behind all that have the same rank: they were ready before.
    struct list *before = queue.prev;
    while (before != &queue && list_entry(before, struct thread, run_link)->rank > t->rank)
        before = before->prev;
    list_insert_between(&t->run_link, before, before->next);
}

static struct thread *pick(uint hart) { return policy_take_first(&queue, hart); }

static void tick(struct thread *t)
{
    if (t->usage < USAGE_MAX)
        t->usage++;
}

SCHED_POLICY(decay, put, pick, tick)
