// barrier THREADS: threads that wait for each other, round after round. Runs on the host.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 2000
#define MOST   64 // threads

static int threads;

// Who arrives waits until the round is over; the last to arrive ends it and begins the next.
static struct {
    pthread_mutex_t lock; // all of it
    pthread_cond_t over;
    int arrived; // in this round
    int round;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

// Returns when all threads have called it as often as the caller has.
static void barrier(void)
{
    pthread_mutex_lock(&gate.lock);
    int mine = gate.round;
    if (++gate.arrived == threads) {
        gate.arrived = 0;
        gate.round++;
        pthread_cond_broadcast(&gate.over);
    }
    while (gate.round == mine) // who is fast may be waiting for the next round's end already
        pthread_cond_wait(&gate.over, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

// --- The threads ---

static atomic_int came[MOST]; // how often each has come to the barrier

// Comes late, each time another thread.
static void dawdle(unsigned *seed)
{
    struct timespec t = {0, rand_r(seed) % 100 * 1000};
    if (rand_r(seed) % threads == 0)
        nanosleep(&t, 0);
}

static void *walk(void *argument)
{
    long me = (long)argument;
    unsigned seed = me + 1;
    for (int round = 1; round <= ROUNDS; round++) {
        dawdle(&seed);
        came[me] = round;
        barrier();
        for (int i = 0; i < threads; i++) {
            if (came[i] < round) {
                printf("thread %ld left round %d before thread %d came\n", me, round, i);
                exit(1);
            }
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    pthread_t id[MOST];
    threads = argc == 2 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MOST) {
        fprintf(stderr, "usage: barrier THREADS (1 to %d)\n", MOST);
        return 1;
    }
    for (long i = 0; i < threads; i++) {
        if (pthread_create(&id[i], 0, walk, (void *)i) != 0) {
            fprintf(stderr, "barrier: cannot make thread %ld\n", i);
            return 1;
        }
    }
    for (int i = 0; i < threads; i++)
        pthread_join(id[i], 0);
    printf("OK; passed\n");
    return 0;
}
