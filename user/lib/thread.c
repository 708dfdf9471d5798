// Threads: see thread.h.
#include "user/lib/thread.h"

#define STACK_SIZE (32 * 1024)

// Where a thread begins.
static void start(void *arg)
{
    struct thread *t = arg;
    __asm__ volatile("mv tp, %0" ::"r"(&t->error));
    thread_exit(t->run(t->arg));
}

int thread_create(struct thread *t, int (*run)(void *arg), void *arg)
{
    *t = (struct thread){.run = run, .arg = arg, .stack = malloc(STACK_SIZE)};
    if (t->stack == 0)
        return -1;
    t->id = clone(start, t, (char *)t->stack + STACK_SIZE);
    if (t->id >= 0)
        return 0;
    free(t->stack);
    return -1;
}

int thread_join(struct thread *t, int *status)
{
    if (join(t->id, status) < 0)
        return -1;
    free(t->stack);
    return 0;
}

// --- Conditions ---

// A signal between the look at the count and the sleep changes the count, and there is no sleep.
static int wait_signal(struct cond *c, struct mutex *m, int ticks)
{
    int seen = __atomic_load_n(&c->signals, __ATOMIC_RELAXED);
    mutex_unlock(m);
    int r = thread_wait_word(&c->signals, seen, ticks);
    mutex_lock(m);
    return r;
}

void cond_wait(struct cond *c, struct mutex *m) { wait_signal(c, m, 0); }

int cond_wait_ticks(struct cond *c, struct mutex *m, int ticks) { return wait_signal(c, m, ticks); }

static void wake(struct cond *c, int most)
{
    __atomic_fetch_add(&c->signals, 1, __ATOMIC_RELEASE);
    thread_wake_word(&c->signals, most);
}

void cond_signal(struct cond *c) { wake(c, 1); }

void cond_broadcast(struct cond *c) { wake(c, 0x7fffffff); }

// --- Barriers ---

int barrier_wait(struct barrier *b)
{
    mutex_lock(&b->lock);
    int round = b->round, last = ++b->arrived == b->count;
    if (last) {
        b->arrived = 0;
        b->round++;
        cond_broadcast(&b->over);
    }
    while (b->round == round)
        cond_wait(&b->over, &b->lock);
    mutex_unlock(&b->lock);
    return last;
}
