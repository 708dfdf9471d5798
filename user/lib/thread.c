// Threads: see thread.h.
#include "user/lib/thread.h"

#include "kernel/fcntl.h"

#define STACK_SIZE (32 * 1024)
#define GUARD_SIZE (64 * 1024) // below the stack; only a larger frame could step over it

// Where a thread begins: its errno is in *t.
static void start(void *arg)
{
    struct thread *t = arg;
    __asm__ volatile("mv tp, %0" ::"r"(&t->err));
    thread_exit(t->run(t->arg));
}

// Maps a stack, with a guard below it. Returns the lowest byte of the stack, or MAP_FAILED.
static char *make_stack(void)
{
    char *guard = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard == MAP_FAILED)
        return MAP_FAILED;
    if (mprotect(guard, GUARD_SIZE, PROT_NONE) < 0) {
        munmap(guard, GUARD_SIZE + STACK_SIZE);
        return MAP_FAILED;
    }
    return guard + GUARD_SIZE;
}

static void free_stack(char *stack) { munmap(stack - GUARD_SIZE, GUARD_SIZE + STACK_SIZE); }

int thread_create(struct thread *t, int (*run)(void *arg), void *arg)
{
    char *stack = make_stack();
    if (stack == MAP_FAILED)
        return -1;

    *t = (struct thread){.run = run, .arg = arg, .stack = stack};
    t->id = clone(start, t, stack + STACK_SIZE);
    if (t->id < 0) {
        free_stack(stack);
        return -1;
    }
    return 0;
}

int thread_join(struct thread *t, int *status)
{
    if (join(t->id, status) < 0)
        return -1;
    thread_free(t);
    return 0;
}

void thread_free(struct thread *t) { free_stack(t->stack); }

// --- Conditions ---

// Reads the count of signals while it still holds m. A signal between that and the sleep changes
// the count, and the thread does not fall asleep: no signal is lost.
static int wait_signal(struct cond *c, struct mutex *m, int ticks)
{
    int seen = __atomic_load_n(&c->signals, __ATOMIC_RELAXED);
    mutex_unlock(m);
    int late = thread_wait_word(&c->signals, seen, ticks);
    mutex_lock(m);
    return late;
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
    int round = b->round;
    b->arrived++;
    int last = b->arrived == b->count;

    // The last to come begins the next round and wakes the others.
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
