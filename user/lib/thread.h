// Threads: making and joining them, and what they need to work together. The calls beneath are
// clone, join, thread_exit and futex (kernel/syscall.h).
//
// Every thread has an errno of its own: tp points to it. One that clone alone has made begins with
// its maker's tp, and so shares that of its maker unless it sets tp.
//
// Mutexes, conditions and barriers may lie in memory that is all zeroes, but for a barrier's count;
// they need no clearing away. Nobody enters the kernel unless somebody must wait or be woken.
#ifndef USER_LIB_THREAD_H
#define USER_LIB_THREAD_H

#include "user/user.h"

struct thread {
    int error; // its errno: tp points here
    int id;
    int (*run)(void *arg);
    void *arg;
    char *stack; // its lowest byte; a guard lies below
};

// Starts a thread that runs run(arg); what that returns is its status. 0, or -1 (errno): *t is
// filled, and must stay where it is until thread_join.
int thread_create(struct thread *t, int (*run)(void *arg), void *arg);
// Waits until t has ended, frees its stack, and puts its status at *status, if that is not 0. 0, or
// -1 (errno).
int thread_join(struct thread *t, int *status);
// Frees the stack of a thread that was joined by its number (join).
void thread_free(struct thread *t);

// Sleeps while *word is value: 0 when it may have changed; -1: ticks (0: no limit) are over. Wakes
// at most so many of those who sleep so. errno stays.
int thread_wait_word(int *word, int value, int ticks);
void thread_wake_word(int *word, int most);

// 0 free, 1 held, 2 held and perhaps waited for.
struct mutex {
    int state;
};

// 1: it is the caller's now.
static inline int mutex_trylock(struct mutex *m)
{
    int free = 0;
    return __atomic_compare_exchange_n(&m->state, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// Who has had to wait cannot know whether others still do, so it takes the mutex as waited for.
static inline void mutex_lock(struct mutex *m)
{
    if (mutex_trylock(m))
        return;
    while (__atomic_exchange_n(&m->state, 2, __ATOMIC_ACQUIRE) != 0)
        thread_wait_word(&m->state, 2, 0);
}

static inline void mutex_unlock(struct mutex *m)
{
    if (__atomic_exchange_n(&m->state, 0, __ATOMIC_RELEASE) == 2)
        thread_wake_word(&m->state, 1);
}

struct cond {
    int signals; // counts signals and broadcasts
};

// Lets m go, waits for a signal that comes after that, and takes m again. It may return without
// one: callers test in a loop what they wait for.
void cond_wait(struct cond *c, struct mutex *m);
// The same for at most ticks (more than 0): 0, or -1: the time is over.
int cond_wait_ticks(struct cond *c, struct mutex *m, int ticks);
void cond_signal(struct cond *c);    // wakes one
void cond_broadcast(struct cond *c); // wakes all

struct barrier {
    int count; // how many threads meet here
    int arrived, round;
    struct mutex lock;
    struct cond over;
};

// Waits until count threads have called it; then the next round begins. 1 for the last to come.
int barrier_wait(struct barrier *b);

#endif
