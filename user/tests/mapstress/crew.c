// A crew of mapstress: threads are started, end, are joined and started again; then the process
// ends, while they are at work more often than not.
#include "user/tests/mapstress/mapstress.h"

struct worker workers[MAX_THREADS];
int nworkers, wild, little_memory;

static void start(struct worker *w)
{
    w->ops = 50 + rand() % 500;
    if (thread_create(&w->thread, work, w) != 0) {
        expect(out_of_memory(), "a thread can be made");
        exit(0); // the crew ends early
    }
}

static void prepare(struct worker *w, int me)
{
    w->me = me;
    w->seed = rand();
    w->file = open(FILE_NAME, O_RDWR);
    if (w->file < 0 || pipe(w->ends) != 0) {
        expect(out_of_memory(), "files for worker %d", me);
        exit(0);
    }
    for (int i = 0; i < SLOTS * SLOT_PAGES; i++)
        w->rights[i / SLOT_PAGES][i % SLOT_PAGES] = GONE;
}

static void join_one(struct worker *w)
{
    int status;
    expect(thread_join(&w->thread, &status) == 0 && status == 0, "worker %d ends with status %d",
           w->me, status);
}

void be_crew(uint64 seed, int threads, int deadline)
{
    srand(seed);
    nworkers = threads;
    wild = ending_of(seed) == GOES_WILD;
    for (int i = 0; i < threads; i++)
        prepare(&workers[i], i);
    for (int i = 0; i < threads; i++)
        start(&workers[i]);
    for (int i = 0; uptime() < deadline; i = (i + 1) % threads) {
        join_one(&workers[i]);
        start(&workers[i]);
    }
    if (ending_of(seed) == JOINS)
        for (int i = 0; i < threads; i++)
            join_one(&workers[i]);
    if (ending_of(seed) == KILLS_ITSELF)
        kill(getpid());
    exit(0);
}
