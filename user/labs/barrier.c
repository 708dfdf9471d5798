// barrier THREADS: so many threads wait for each other, round after round. labs/thread has the same
// program for the host.
#include "user/lib/thread.h"
#include "user/lib/util.h"

#define ROUNDS 2000
#define MOST   16 // threads

static int threads;

// A thread that arrives waits until the round is over. The last one to arrive ends the round and
// begins the next.
static struct {
    struct mutex lock; // guards everything here
    struct cond over;
    int arrived; // in this round
    int round;
} gate;

// Returns when all threads have called it as often as the caller has.
static void meet(void)
{
    mutex_lock(&gate.lock);
    int mine = gate.round;

    gate.arrived++;
    if (gate.arrived == threads) {
        gate.arrived = 0;
        gate.round++;
        cond_broadcast(&gate.over);
    }

    // Look at the round, not at how many have arrived: a fast thread may be in the next round
    // already, and count there.
    while (gate.round == mine)
        cond_wait(&gate.over, &gate.lock);
    mutex_unlock(&gate.lock);
}

static int came[MOST]; // how often each has come to the barrier

// What each thread does. Now and then one comes late, each time another one. Nobody may leave a
// round before all have come.
static int walk(void *number)
{
    long me = (long)number;

    for (int round = 1; round <= ROUNDS; round++) {
        if (round % 200 == 10 * me)
            pause(1);
        __atomic_store_n(&came[me], round, __ATOMIC_SEQ_CST);
        meet();

        for (int i = 0; i < threads; i++) {
            if (__atomic_load_n(&came[i], __ATOMIC_SEQ_CST) < round) {
                printf("thread %ld left round %d before thread %d came\n", me, round, i);
                exit(1);
            }
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct thread t[MOST];

    threads = argc == 2 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MOST)
        usage("barrier THREADS (1 to 16)");

    for (long i = 0; i < threads; i++)
        if (thread_create(&t[i], walk, (void *)i) < 0)
            fail("cannot make thread %ld", i);
    for (int i = 0; i < threads; i++)
        thread_join(&t[i], NULL);
    printf("OK; passed\n");
    return 0;
}
