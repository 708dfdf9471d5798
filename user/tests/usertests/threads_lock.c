// Futexes, and the mutexes, conditions and barriers that are made of futexes.
#include "user/tests/usertests/access.h"
#include "user/tests/usertests/threads.h"

#define SLEEPERS 5

static int word, arrived, left;
static int others[128]; // some of them lie in the same bucket as word

static int add(int *p, int n) { return __atomic_add_fetch(p, n, __ATOMIC_SEQ_CST); }

static int get(const int *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }

static int sleep_at_word(void *number)
{
    (void)number;
    add(&arrived, 1);
    if (futex(&word, FUTEX_WAIT, 0, 0) != 0)
        return 1;
    add(&left, 1);
    return 0;
}

void futex_wakes(void)
{
    struct thread t[SLEEPERS];
    expect(futex(&word, FUTEX_WAKE, SLEEPERS, 0) == 0, "nobody sleeps yet");
    for (int i = 0; i < SLEEPERS; i++)
        must_start(&t[i], sleep_at_word, 0);
    while (get(&arrived) < SLEEPERS)
        pause(1);
    for (uint i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        expect(futex(&others[i], FUTEX_WAKE, SLEEPERS, 0) == 0, "nobody sleeps at another word");
    for (int woken = 0; woken < SLEEPERS;) {
        int n = futex(&word, FUTEX_WAKE, 2, 0);
        expect(n >= 0 && n <= 2, "2 were asked for, %d are awake", n);
        woken += n;
        expect(get(&left) <= woken && woken <= get(&arrived), "%d woken, %d left", woken,
               get(&left));
        pause(1);
    }
    expect(futex(&word, FUTEX_WAKE, 1, 0) == 0, "nobody sleeps any more");
    for (int i = 0; i < SLEEPERS; i++)
        expect_joined(&t[i], 0);
}

void futex_addresses(void)
{
    static const int read_only;
    for (int i = 0; i < wild_count; i++) {
        int *p = (int *)(wild_addresses[i] & ~3UL);
        expect(futex(p, FUTEX_WAIT, 0, 1) == -1 && errno == EFAULT, "wait at %p", p);
        expect(futex(p, FUTEX_WAKE, 1, 0) == -1 && errno == EFAULT, "wake at %p", p);
    }
    int *untouched = (int *)sbrk(PGSIZE);
    expect(futex(untouched, FUTEX_WAIT, 1, 0) == -1 && errno == EAGAIN, "an untouched word is 0");
    expect(futex((int *)&read_only, FUTEX_WAIT, 0, 1) == -1 && errno == ETIMEDOUT,
           "a read-only word");
    expect(futex(&word, FUTEX_WAKE, -1, 0) == 0, "less than nobody");
}

static int wake_later(void *arg)
{
    pause(2);
    add(&word, 1);
    return futex(arg, FUTEX_WAKE, 1, 0) < 0;
}

void futex_times_out(void)
{
    struct thread t;
    for (int ticks = 1; ticks < 20; ticks += 6) {
        int before = uptime();
        expect(futex(&word, FUTEX_WAIT, 0, ticks) == -1 && errno == ETIMEDOUT, "nobody wakes it");
        int took = uptime() - before;
        expect(futex(&word, FUTEX_WAKE, 1, 0) == 0, "nobody is left asleep");
        expect(took >= ticks - 1 && took < ticks + 200, "%d ticks, not %d", took, ticks);
    }
    must_start(&t, wake_later, &word);
    while (get(&word) == 0)
        expect(futex(&word, FUTEX_WAIT, 0, 10000) == 0 || errno == EAGAIN, "it is woken");
    expect_joined(&t, 0);
}

static void wait_at_word(void *ticks)
{
    futex(&word, FUTEX_WAIT, 0, (int)(long)ticks);
    exit(1);
}

void futex_killed(void)
{
    for (int i = 0; i < 2; i++) {
        int pid = start_child(wait_at_word, (void *)(i * 100000L));
        wait_asleep(pid);
        expect_killed(pid);
    }
}

// --- Lost wake-ups ---

#define TURNS 4000

static int turn;

static int take_turns(void *number)
{
    int me = (int)(long)number;
    for (int i = 0; i < TURNS; i++) {
        while (get(&turn) != me)
            futex(&turn, FUTEX_WAIT, !me, 0);
        __atomic_store_n(&turn, !me, __ATOMIC_SEQ_CST);
        futex(&turn, FUTEX_WAKE, 1, 0);
    }
    return 0;
}

void futex_no_wake_is_lost(void) { run_threads(take_turns, 2); }

static int stop;

static int keep_forking(void *arg)
{
    (void)arg;
    while (!get(&stop)) {
        int status, pid = fork();
        if (pid == 0)
            exit(0);
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            return 1;
    }
    return 0;
}

void futex_survives_fork(void)
{
    struct thread t;
    must_start(&t, keep_forking, 0);
    run_threads(take_turns, 2);
    add(&stop, 1);
    expect_joined(&t, 0);
}

// --- Mutex, condition, barrier ---

static struct mutex lock;
static struct cond changed;
static int count; // guarded by lock

static int count_up(void *number)
{
    (void)number;
    for (int i = 0; i < 2000; i++) {
        mutex_lock(&lock);
        int before = *(volatile int *)&count;
        *(volatile int *)&count = before + 1;
        mutex_unlock(&lock);
    }
    return 0;
}

void mutex_counts(void)
{
    run_threads(count_up, MOST_THREADS);
    expect(count == MOST_THREADS * 2000, "8 times 2000, not %d", count);
    expect(mutex_trylock(&lock) && !mutex_trylock(&lock), "free, then held");
    mutex_unlock(&lock);
    expect(mutex_trylock(&lock), "free again");
    mutex_unlock(&lock);
}

static int taking_part;

static int pass_turn(void *number)
{
    mutex_lock(&lock);
    for (int i = 0; i < 300; i++) {
        while (count % taking_part != (int)(long)number)
            cond_wait(&changed, &lock);
        count++;
        if (taking_part == 2)
            cond_signal(&changed); // there is one who can be meant
        else
            cond_broadcast(&changed);
    }
    mutex_unlock(&lock);
    return 0;
}

void cond_passes_turns(void)
{
    for (taking_part = 2; taking_part <= 6; taking_part += 2) {
        count = 0;
        run_threads(pass_turn, taking_part);
        expect(count == taking_part * 300, "all turns, not %d", count);
    }
}

void cond_time_limit(void)
{
    mutex_lock(&lock);
    errno = 0;
    expect(cond_wait_ticks(&changed, &lock, 3) == -1, "the time is over");
    expect(errno == 0, "errno stays");
    expect(!mutex_trylock(&lock), "the mutex is held again");
    mutex_unlock(&lock);
}

#define MEETING 4

static struct barrier meeting = {.count = MEETING};
static int came[MEETING], lasts;

static int meet(void *number)
{
    long me = (long)number;
    for (int round = 1; round <= 300; round++) {
        __atomic_store_n(&came[me], round, __ATOMIC_SEQ_CST);
        add(&lasts, barrier_wait(&meeting));
        for (int i = 0; i < MEETING; i++)
            if (get(&came[i]) < round)
                return 1;
    }
    return 0;
}

void barrier_rounds(void)
{
    run_threads(meet, MEETING);
    expect(lasts == 300, "one is the last of each round, not %d", lasts);
}
