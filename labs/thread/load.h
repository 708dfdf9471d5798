// How much a program's threads compute, and for how long they hold its locks: numbers that do not
// depend on what else the host has to do, unlike the time on the wall.
//
// In a file that includes this, pthread_mutex_lock and its like note for each mutex how long it was
// held, in CPU time of its holders.
#ifndef LABS_THREAD_LOAD_H
#define LABS_THREAD_LOAD_H

#include <pthread.h>

// Nanoseconds: CPU time of the calling thread; time on the wall.
long load_cpu_time(void);
long load_wall_time(void);

// For how many nanoseconds the mutex was held that was held longest. No thread may hold one now.
long load_longest_held(void);

int load_mutex_lock(pthread_mutex_t *m);
int load_mutex_trylock(pthread_mutex_t *m);
int load_mutex_unlock(pthread_mutex_t *m);

#ifndef LABS_THREAD_LOAD_C
#define pthread_mutex_lock(m)    load_mutex_lock(m)
#define pthread_mutex_trylock(m) load_mutex_trylock(m)
#define pthread_mutex_unlock(m)  load_mutex_unlock(m)
// Ways to wait that would not be noticed.
#pragma GCC poison pthread_cond_wait pthread_rwlock_rdlock pthread_rwlock_wrlock sem_wait mtx_lock
#endif

#endif
