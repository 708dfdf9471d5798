// The policy "fifo": round robin. One queue for all harts, first in, first out. A thread that makes
// way goes to the end of the queue, so all threads get the same share of time.
//
// A thread for which a person waits goes first when it wakes, however many others are ready. It
// sleeps again soon; one that does not loses its place at the next clock tick.
#include "kernel/thread/policy.h"

static struct list queue = {&queue, &queue}; // sched_lock

static void put(struct thread *t, bool woken)
{
    if (woken && __atomic_load_n(&t->interactive, __ATOMIC_RELAXED))
        list_push_front(&queue, &t->run_link);
    else
        list_push_back(&queue, &t->run_link);
}

static struct thread *pick(uint hart) { return policy_take_first(&queue, hart); }

SCHED_POLICY(fifo, put, pick, NULL)
