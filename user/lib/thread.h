// Threads: how to make and join them, and what they need to work together. The system calls beneath
// are clone, join, thread_exit and futex (kernel/syscall.h).
//
// Every thread has an errno of its own: register tp points to it. A thread that was made by clone,
// not by thread_create, begins with the tp of its maker: so both share one errno, unless the new
// thread sets its tp.
//
// Mutexes, conditions and barriers are ready for use when they are all zeroes; a barrier needs its
// count, too. Nothing must be done with them at the end. They enter the kernel only if a thread
// must wait or be woken.
#ifndef USER_LIB_THREAD_H
#define USER_LIB_THREAD_H

#include "user/user.h"

struct thread {
    int err; // its errno: tp points here
    int id;
    int (*run)(void *arg);
    void *arg;
    char *stack; // the lowest byte of its stack; below that is a guard
};

// Starts a thread that calls run(arg); the result is the thread's status. Fills *t, which must stay
// where it is until thread_join. Returns 0, or -1 (errno).
int thread_create(struct thread *t, int (*run)(void *arg), void *arg);
// Waits until thread t has ended, frees its stack, and stores its status in *status, unless status
// is NULL. Returns 0, or -1 (errno).
int thread_join(struct thread *t, int *status);
// Frees the stack of a thread for which join was called, not thread_join.
void thread_free(struct thread *t);

// Sleeps while *word is value, at most so many clock ticks (0: no limit). Returns 0: *word may have
// changed; -1: the time is over. errno stays as it was.
int thread_wait_word(int *word, int value, int ticks);
// Wakes at most so many of the threads that sleep on the word. errno stays as it was.
void thread_wake_word(int *word, int most);

struct mutex {
    int state; // 0: free; 1: held; 2: held, and perhaps a thread waits for it
};

// Takes the mutex if it is free. Returns 1: the caller has it now; 0: another thread has it.
static inline int mutex_trylock(struct mutex *m)
{
    int free = 0;
    return __atomic_compare_exchange_n(&m->state, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// A thread that had to wait cannot know whether other threads still wait. So it sets the state to 2
// when it takes the mutex.
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
    int signals; // how many signals and broadcasts there were
};

// Unlocks m, waits for a signal that comes after that, and locks m again. It may return without a
// signal: the caller tests in a loop whether what it waits for is true.
void cond_wait(struct cond *c, struct mutex *m);
// The same, for at most so many clock ticks (more than 0). Returns 0, or -1: the time is over.
int cond_wait_ticks(struct cond *c, struct mutex *m, int ticks);
void cond_signal(struct cond *c);    // wakes one
void cond_broadcast(struct cond *c); // wakes all

struct barrier {
    int count; // how many threads meet here
    int arrived, round;
    struct mutex lock;
    struct cond over;
};

// Waits until count threads have called it; then the next round begins. Returns 1 to the thread
// that came last, 0 to the others.
int barrier_wait(struct barrier *b);

#endif
