// How a process with threads ends, forks, and becomes another program.
#include "user/tests/usertests/threads.h"

int spin_thread(void *arg)
{
    spin_on(arg);
    return 0;
}

int sleep_thread(void *arg)
{
    sleep_on(arg);
    return 0;
}

int fault_thread(void *arg)
{
    (void)arg;
    for (;;) {
        char *p = sbrk(8 * PGSIZE);
        for (int i = 0; p != SBRK_ERROR && i < 8; i++)
            p[i * PGSIZE] = 1;
        sbrk(-8 * PGSIZE);
    }
}

int getpid_thread(void *arg)
{
    (void)arg;
    for (;;)
        getpid();
}

void start_busy_threads(struct thread t[4])
{
    int (*const kinds[4])(void *) = {spin_thread, sleep_thread, fault_thread, getpid_thread};
    free(malloc(8 * 40 * 1024));
    for (int i = 0; i < 4; i++)
        must_start(&t[i], kinds[i], 0);
}

static struct thread busy[4];

// --- Ends ---

static int exit_42(void *arg)
{
    (void)arg;
    exit(42);
}

static void thread_exits(void *arg)
{
    struct thread t;
    start_busy_threads(busy);
    if (arg)
        pause(1);
    must_start(&t, exit_42, 0);
    spin_on(0);
}

static void first_exits(void *arg)
{
    start_busy_threads(busy);
    if (arg)
        pause(1);
    exit(43);
}

void thread_exit_ends_all(void)
{
    for (long i = 0; i < 4; i++) {
        expect(status_of(thread_exits, (void *)(i & 1)) == 42, "exit by a thread");
        expect(status_of(first_exits, (void *)(i & 1)) == 43, "exit by the first thread");
    }
}

static void be_busy(void *arg)
{
    (void)arg;
    start_busy_threads(busy);
    sleep_on(0);
}

void thread_kill_ends_all(void)
{
    for (int i = 0; i < 10; i++) {
        int pid = start_child(be_busy, 0);
        pause(i % 3);
        expect_killed(pid);
    }
}

static int load_from_0(void *arg) { return *(volatile int *)arg; }

static void thread_faults(void *arg)
{
    struct thread t;
    (void)arg;
    start_busy_threads(busy);
    must_start(&t, load_from_0, 0);
    sleep_on(0);
}

static void return_from_nothing(void *arg) { (void)arg; }

// A function given to clone itself has nowhere to return to.
static void thread_returns(void *arg)
{
    static char stack[4096];
    (void)arg;
    expect(clone(return_from_nothing, 0, stack + sizeof(stack)) > 0, "clone");
    sleep_on(0);
}

void thread_fault_ends_all(void)
{
    expect(status_of(thread_faults, 0) == -1, "a fault ends the process");
    expect(status_of(thread_returns, 0) == -1, "so does a return to nowhere");
}

static int pause_exit(void *ticks)
{
    pause((int)(long)ticks);
    return 50 + (int)(long)ticks;
}

static void leave_early(void *ticks)
{
    struct thread t[2];
    must_start(&t[0], pause_exit, (void *)2);
    must_start(&t[1], pause_exit, ticks);
    thread_exit(9);
}

static void leave_alone(void *arg)
{
    (void)arg;
    thread_exit(8);
}

void thread_last_one_counts(void)
{
    expect(status_of(leave_early, (void *)6) == 56, "the status of the last thread");
    expect(status_of(leave_alone, 0) == 8, "of the only thread");
    int pid = start_child(leave_early, (void *)100000);
    wait_asleep(pid); // nobody in it runs: its first thread has ended, or is about to
    expect_killed(pid);
}

// --- fork ---

static int fork_once(void *number)
{
    int status, mine = (int)(long)number, pid = fork();
    if (pid == 0)
        exit(self_now().threads == 1 && join(-1, &status) == -1 ? mine + 10 : 99);
    return !(pid > 0 && waitpid(pid, &status, 0) == pid && status == mine + 10);
}

void thread_forks(void)
{
    if (must_fork() == 0) {
        start_busy_threads(busy);
        for (int i = 0; i < 10; i++)
            run_threads(fork_once, 4);
        exit(0);
    }
    expect_children(1);
}

static int waited[16]; // by number: how often its child was seen

static struct barrier waiters = {.count = 4};

// The status goes to a page that is not there yet, so it takes a while to arrive.
static int wait_for_some(void *pages)
{
    barrier_wait(&waiters);
    for (char *p = *(char **)pages;; p += PGSIZE) {
        int *status = (int *)p;
        if (wait(status) <= 0)
            return errno != ECHILD;
        __atomic_fetch_add(&waited[*status & 15], 1, __ATOMIC_RELAXED);
    }
}

static void wait_together(void)
{
    struct thread t[4];
    char *pages[4];
    for (int i = 0; i < 4; i++)
        pages[i] = sbrklazy(20 * PGSIZE);
    for (int i = 0; i < 4; i++)
        must_start(&t[i], wait_for_some, &pages[i]);
    for (int i = 0; i < 4; i++)
        expect_joined(&t[i], 0);
}

void thread_waits_for_children(void)
{
    for (int round = 1; round <= 20; round++) {
        int pid[16];
        for (int i = 0; i < 16; i++)
            if ((pid[i] = must_fork()) == 0)
                exit(i);
        for (int i = 0; i < 16; i++)
            wait_zombie(pid[i]);
        wait_together();
        for (int i = 0; i < 16; i++)
            expect(waited[i] == round, "child %d once a round, not %d times", i, waited[i]);
    }
}

// --- exec ---

static char *const succeed[] = {"/true", 0}, *const fail_always[] = {"/false", 0};

static int exec_it(void *argv)
{
    exec(*(char **)argv, argv);
    return 1;
}

static void thread_becomes(void *argv)
{
    struct thread t;
    start_busy_threads(busy);
    must_start(&t, exec_it, argv);
    sleep_on(0);
}

static void first_becomes(void *argv)
{
    start_busy_threads(busy);
    exec_it(argv);
}

void thread_execs(void)
{
    for (int i = 0; i < 5; i++) {
        expect(status_of(thread_becomes, (void *)succeed) == 0, "true");
        expect(status_of(thread_becomes, (void *)fail_always) == 1, "false");
    }
    static char *sleep_long[] = {"/sleep", "1000", 0};
    struct procinfo info;
    int pid = start_child(thread_becomes, sleep_long);
    wait_called(pid, "sleep");
    expect(procinfo(pid, &info) == pid && info.threads == 1 && info.ppid == getpid(),
           "one thread, %d, in the same place", info.threads);
    expect_killed(pid);
}

void thread_exec_of_leader(void)
{
    for (int i = 0; i < 5; i++) {
        expect(status_of(first_becomes, (void *)succeed) == 0, "true");
        expect(status_of(first_becomes, (void *)fail_always) == 1, "false");
    }
}

void thread_exec_fails(void)
{
    static char *nowhere[] = {"/no such program", 0};
    struct thread t, sleeper;
    must_start(&sleeper, pause_exit, (void *)5);
    must_start(&t, exec_it, nowhere);
    expect_joined(&t, 1);
    expect_joined(&sleeper, 55);
}

static struct barrier all_ready = {.count = 4};

static int exec_or_exit(void *number)
{
    long i = (long)number;
    barrier_wait(&all_ready);
    if (i == 3)
        exit(1);
    return exec_it((void *)(i % 2 ? succeed : fail_always));
}

static void four_at_once(void *arg)
{
    (void)arg;
    run_threads(exec_or_exit, 4);
    exit(77);
}

void thread_execs_meet(void)
{
    for (int i = 0; i < 10; i++) {
        int status = status_of(four_at_once, 0);
        expect(status == 0 || status == 1, "status %d", status);
    }
}

static void lead_group(void *arg)
{
    (void)arg;
    setpgid(0, 0);
    for (int i = 0; i < 2; i++)
        start_child(be_busy, 0);
    be_busy(0);
}

void thread_group_is_killed(void)
{
    int pid = start_child(lead_group, 0);
    wait_asleep(pid);
    expect(kill(-pid) == 0, "kill the group");
    expect_status(pid, -1);
}

static int clone_forever(void *arg)
{
    struct thread t;
    while (thread_create(&t, pause_exit, arg) == 0)
        thread_join(&t, 0);
    return 1;
}

static void clone_and_exit(void *ticks)
{
    struct thread t[2];
    must_start(&t[0], clone_forever, 0);
    must_start(&t[1], clone_forever, 0);
    pause((int)(long)ticks);
    exit(4);
}

void thread_clone_meets_exit(void)
{
    for (long i = 0; i < 6; i++)
        expect(status_of(clone_and_exit, (void *)(i % 3)) == 4, "exit while threads are made");
}

// --- The library's locks ---

static int done;

static int allocate_and_free(void *)
{
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
        for (int i = 16; i < 4096; i += 16)
            free(malloc(i));
    return 0;
}

// Whether the child ends within two seconds: its status; -2: it does not, and is killed.
static int status_in_time(int pid)
{
    int status;
    for (int ticks = 0; ticks < 200; ticks++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        pause(1);
    }
    kill(pid);
    waitpid(pid, &status, 0);
    return -2;
}

// The other thread holds the heap's lock most of the time.
void thread_forks_in_malloc(void)
{
    struct thread t;
    must_start(&t, allocate_and_free, 0);
    for (int i = 0; i < 100; i++) {
        int pid = must_fork();
        if (pid == 0) {
            void *p = malloc(100);
            free(p);
            exit(p == 0);
        }
        expect(status_in_time(pid) == 0, "child %d can use the heap", i);
    }
    __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
    expect_joined(&t, 0);
}
