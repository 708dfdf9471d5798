// A table of mutexes and for how long each was held. See load.h.
#define LABS_THREAD_LOAD_C
#include "labs/thread/load.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SLOTS 4096

// A mutex owns the first slot free from where its address leads, and keeps it. The other fields
// are its holder's alone.
struct slot {
    _Atomic(pthread_mutex_t *) mutex;
    long held;  // in all
    long since; // CPU time of the holder when it took it
};

static struct slot slots[SLOTS];

static long nanoseconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

long load_cpu_time(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

long load_wall_time(void) { return nanoseconds(CLOCK_MONOTONIC); }

static struct slot *slot_of(pthread_mutex_t *m)
{
    size_t at = (uintptr_t)m / 8 % SLOTS;
    for (int i = 0; i < SLOTS; i++) {
        struct slot *s = &slots[(at + i) % SLOTS];
        pthread_mutex_t *owner = 0;
        if (atomic_compare_exchange_strong(&s->mutex, &owner, m) || owner == m)
            return s;
    }
    fprintf(stderr, "load: more than %d mutexes\n", SLOTS);
    exit(1);
}

static int taken(pthread_mutex_t *m, int error)
{
    if (error == 0)
        slot_of(m)->since = load_cpu_time();
    return error;
}

int load_mutex_lock(pthread_mutex_t *m) { return taken(m, pthread_mutex_lock(m)); }

int load_mutex_trylock(pthread_mutex_t *m) { return taken(m, pthread_mutex_trylock(m)); }

int load_mutex_unlock(pthread_mutex_t *m)
{
    struct slot *s = slot_of(m);
    s->held += load_cpu_time() - s->since;
    return pthread_mutex_unlock(m);
}

long load_longest_held(void)
{
    long longest = 0;
    for (struct slot *s = slots; s < slots + SLOTS; s++)
        if (s->held > longest)
            longest = s->held;
    return longest;
}
