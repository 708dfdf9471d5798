// Threads (thread.h): making and freeing them, and what lower and upper folders ask of the running
// one.
#include "kernel/thread/thread.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/mmu/kstack.h"
#include "kernel/mmu/tlb.h"
#include "kernel/thread/sched.h"

// A struct thread lies at the upper end of its kernel stack's memory, and the stack begins below
// it: one allocation for both. The pointer is into the linear map of RAM, which no hart ever has to
// flush for, as it has for the stack's own addresses.
#define THREAD_BYTES ((sizeof(struct thread) + 15) & ~15UL)

struct thread *thread_new(const char *name)
{
    vaddr_t end = kstack_alloc();
    if (end == 0)
        return NULL;
    struct thread *t = kstack_last_bytes(end, THREAD_BYTES);
    memset(t, 0, sizeof(*t));

    t->kstack_top = end - THREAD_BYTES;
    t->kstack_state = tlb_new_stack();
    t->tf = (struct trapframe *)(t->kstack_top - sizeof(struct trapframe));
    t->tf->sstatus = 0; // floating point is off
    t->state = PS_EMBRYO;
    t->cpu = -1;
    t->bound = ANY_HART;
    list_init(&t->run_link);
    list_init(&t->wait_link);
    list_init(&t->timer_link);
    list_init(&t->sibling);
    strlcpy(t->name, name, sizeof(t->name));
    return t;
}

void thread_free(struct thread *t) { kstack_free(t->kstack_top + THREAD_BYTES); }

void thread_start(const char *name, void (*main)(void *arg), void *arg)
{
    struct thread *t = thread_new(name);
    if (t == NULL)
        panic("no memory for kernel thread %s", name);
    sched_start(t, main, arg);
}

struct transaction *thread_transaction(void) { return &current()->transaction; }

bool thread_in_transaction(void) { return current()->transaction.open; }

bool thread_killed(void) { return __atomic_load_n(&current()->killed, __ATOMIC_RELAXED); }
