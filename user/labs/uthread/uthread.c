// The table of threads, and which one is next. See uthread.h.
#include "user/labs/uthread/uthread.h"

#include "user/user.h"

// FREE -> (thread_create) READY <-> RUNNING -> (body returns) FREE
struct thread {
    enum { FREE, READY, RUNNING } state;
    struct context context; // valid while READY
    void (*body)(int);
    int argument;
    char stack[STACK_SIZE] __attribute__((aligned(16))); // the ABI wants sp so
};

static struct thread threads[MAX_THREAD];
static struct thread *current;
static struct context outside; // the registers of thread_run's caller

// The next READY thread. The table is a ring, and the search begins behind thread `after`, which
// comes last. NULL: there is none.
static struct thread *next_ready(const struct thread *after)
{
    for (int i = 1; i <= MAX_THREAD; i++) {
        struct thread *t = &threads[(after - threads + i) % MAX_THREAD];
        if (t->state == READY)
            return t;
    }
    return NULL;
}

// Switches to the next thread; if there is none, to the caller of thread_run. Returns when the
// thread that called it is chosen again.
static void thread_schedule(void)
{
    struct thread *old = current, *next = next_ready(old);

    if (next == NULL) {
        printf("thread_schedule: no runnable threads\n");
        thread_switch(&old->context, &outside);
    }

    next->state = RUNNING;
    current = next;
    if (next != old)
        thread_switch(&old->context, &next->context);
}

// Where a new thread begins, on its own stack.
static void thread_start(void)
{
    current->body(current->argument);
    current->state = FREE;
    thread_schedule();
}

int thread_create(void (*body)(int), int argument)
{
    for (struct thread *t = threads; t < threads + MAX_THREAD; t++) {
        if (t->state != FREE)
            continue;
        t->body = body;
        t->argument = argument;
        t->context.ra = (uint64)thread_start;
        t->context.sp = (uint64)(t->stack + STACK_SIZE);
        t->state = READY;
        return 0;
    }
    return -1;
}

void thread_yield(void)
{
    current->state = READY;
    thread_schedule();
}

void thread_run(void)
{
    current = next_ready(&threads[MAX_THREAD - 1]);
    if (current == NULL)
        return;
    current->state = RUNNING;
    thread_switch(&outside, &current->context);
}
