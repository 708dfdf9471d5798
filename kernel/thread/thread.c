// Threads (thread.h): making and freeing them, and what lower and upper folders ask of the running
// one.
#include "kernel/thread/thread.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/mem/kmem.h"
#include "kernel/mmu/kstack.h"
#include "kernel/mmu/tlb.h"
#include "kernel/thread/sched.h"

static struct kmem_cache thread_cache = KMEM_CACHE("thread", struct thread);

struct thread *thread_new(const char *name)
{
    struct thread *t = kmem_alloc(&thread_cache);
    if (t == NULL)
        return NULL;
    t->kstack_top = kstack_alloc();
    if (t->kstack_top == 0) {
        kmem_free(&thread_cache, t);
        return NULL;
    }

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

void thread_free(struct thread *t)
{
    kstack_free(t->kstack_top);
    kmem_free(&thread_cache, t);
}

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
