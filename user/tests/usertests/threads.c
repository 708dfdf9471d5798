// The list of the area's tests (threads.h), and how single threads begin and end.
#include "user/tests/usertests/threads.h"
#include "kernel/syscall.h"

void must_start(struct thread *t, int (*run)(void *arg), void *arg)
{
    expect(thread_create(t, run, arg) == 0, "a thread starts");
}

void expect_joined(struct thread *t, int status)
{
    int got = -1000;
    expect(thread_join(t, &got) == 0 && got == status, "status %d of a thread, not %d", status,
           got);
}

void run_threads(int (*run)(void *number), long n)
{
    struct thread t[MOST_THREADS];
    for (long i = 0; i < n; i++)
        must_start(&t[i], run, (void *)i);
    for (int i = 0; i < n; i++)
        expect_joined(&t[i], 0);
}

static int return_arg(void *arg) { return (int)(long)arg; }

static void thread_status(void)
{
    static const long statuses[] = {0, 1, -1, 255, 256, -1000000, 0x7fffffff};
    struct thread t;
    for (uint i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        must_start(&t, return_arg, (void *)statuses[i]);
        expect(t.id > 0 && t.id != getpid(), "a number of its own");
        expect_joined(&t, (int)statuses[i]);
        expect(join(t.id, 0) == -1 && errno == ESRCH, "it is gone");
    }
}

static void thread_join_any(void)
{
    struct thread t[MOST_THREADS];
    int status, sum = 0;
    for (long i = 0; i < MOST_THREADS; i++)
        must_start(&t[i], return_arg, (void *)(1L << i));
    for (int i = 0; i < MOST_THREADS; i++) {
        expect(join(-1, &status) > 0, "join of any, time %d", i + 1);
        sum += status;
    }
    expect(sum == (1 << MOST_THREADS) - 1, "each status once, 0x%x", sum);
    expect(join(-1, &status) == -1 && errno == ECHILD, "there is none left");
    for (int i = 0; i < MOST_THREADS; i++)
        thread_free(&t[i]);
}

static int join_other(void *arg)
{
    struct thread *t = arg;
    int status;
    return join(t->id, &status) == t->id ? status : errno == ESRCH ? 1000 : 2000;
}

static int sleep_3(void *arg)
{
    pause(3);
    return (int)(long)arg;
}

// Of several that join the same thread one gets its status, the others learn that it is gone.
static void thread_joined_once(void)
{
    struct thread target, t[3];
    int status, sum = 0;
    must_start(&target, sleep_3, (void *)7);
    for (int i = 0; i < 3; i++)
        must_start(&t[i], join_other, &target);
    for (int i = 0; i < 3; i++) {
        expect(thread_join(&t[i], &status) == 0, "join");
        sum += status;
    }
    expect(sum == 2007, "one 7, two times ESRCH, not %d", sum);
    thread_free(&target);
}

static void thread_join_bad_address(void)
{
    struct thread t;
    must_start(&t, return_arg, (void *)5);
    expect(raw_syscall(SYS_join, (long[6]){t.id, (long)TRAPFRAME}) == -EFAULT,
           "join with a bad address");
    expect_joined(&t, 5);
}

static int nothing_at_all(void *arg)
{
    (void)arg;
    return 0;
}

static void thread_is_no_process(void)
{
    struct thread t;
    int status;
    must_start(&t, sleep_3, 0);
    expect(wait(&status) == -1 && errno == ECHILD, "wait does not see a thread");
    expect(waitpid(t.id, &status, 0) == -1 && errno == ECHILD, "nor waitpid");
    expect(kill(t.id) == -1 && errno == ESRCH, "nor kill");
    expect(setpgid(t.id, 0) == -1 && errno == ESRCH, "nor setpgid");
    int pid = must_fork();
    if (pid == 0)
        exit(3);
    expect(join(pid, &status) == -1 && errno == ESRCH, "join does not see a process");
    expect(join(getpid(), &status) == -1 && errno == EINVAL, "nor the caller");
    expect_status(pid, 3);
    expect_joined(&t, 0);
}

static int check_pid(void *pid) { return getpid() != (int)(long)pid; }

static void thread_counted(void)
{
    struct thread t;
    expect(self_now().threads == 1, "one thread");
    must_start(&t, sleep_3, 0);
    expect(self_now().threads == 2, "two threads");
    expect_joined(&t, 0);
    expect(self_now().threads == 1, "one again");
    must_start(&t, check_pid, (void *)(long)getpid());
    expect_joined(&t, 0);
}

static void thread_many(void)
{
    for (int i = 0; i < 300; i++)
        run_threads(nothing_at_all, 4);
}

static void sleep_forever(void *arg)
{
    (void)arg;
    for (;;)
        pause(1000);
}

// Until there is no number left, with one small stack, on which nothing is stored.
static void thread_limit(void)
{
    static char stack[4096];
    int n = 0;
    if (must_fork() == 0) {
        while (clone(sleep_forever, 0, stack + sizeof(stack)) > 0)
            n++;
        expect(errno == EAGAIN || errno == ENOMEM, "no more threads");
        expect(n > 100 && n < NPROC, "%d threads", n);
        exit(0);
    }
    expect_children(1);
}

// The sp and argument that clone was given, as seen by the thread.
static volatile uint64 seen_sp, seen_arg;

static void look_at_sp(void *arg)
{
    uint64 sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    seen_sp = sp;
    seen_arg = (uint64)arg;
    thread_exit(1);
}

static void thread_stack_pointer(void)
{
    static char stack[8192];
    for (int odd = 0; odd < 16; odd += 5) {
        int status,
            id = clone(look_at_sp, (void *)0x1234567812345678, stack + sizeof(stack) - 16 + odd);
        expect(id > 0 && join(id, &status) == id && status == 1, "a thread runs");
        expect(seen_arg == 0x1234567812345678, "its argument");
        expect(seen_sp % 16 == 0 && seen_sp <= (uint64)stack + sizeof(stack) &&
                   seen_sp > (uint64)stack + 7000,
               "sp is 0x%lx", seen_sp);
    }
}

// Stores n bytes below the top of its stack.
static int store_below(void *n)
{
    volatile char *sp = (char *)r_sp();
    *(sp - (long)n) = 1;
    return 0;
}

static int large_frame(void *)
{
    volatile char room[40 * 1024]; // the stack has 32 KiB
    room[0] = 1;
    return room[0] - 1;
}

static struct thread victim;

static void store_in_thread(void *n)
{
    must_start(&victim, store_below, n);
    expect_joined(&victim, 0);
}

static void overflow_in_thread(void *)
{
    must_start(&victim, large_frame, 0);
    expect_joined(&victim, 0);
}

static void thread_stack_guard(void)
{
    expect(status_of(store_in_thread, (void *)(31L * 1024)) == 0,
           "31 KiB of the stack can be used");
    expect(status_of(store_in_thread, (void *)(33L * 1024)) == -1, "what lies below them kills");
    expect(status_of(store_in_thread, (void *)(90L * 1024)) == -1, "64 KiB of it");
    expect(status_of(overflow_in_thread, 0) == -1, "a frame larger than the stack kills");
}

const struct test threads_tests[] = {
    TEST(thread_status, BOTH, "",
         "a thread's status arrives at who joins it, and its number is gone then"),
    TEST(thread_join_any, 0, "", "join of any thread gets each of them once"),
    TEST(thread_joined_once, 0, "", "of several that join one thread, one gets the status"),
    TEST(thread_join_bad_address, 0, "",
         "a join that cannot tell the status leaves the thread to be joined"),
    TEST(thread_is_no_process, 0, "", "wait, kill and setpgid know no threads, join no processes"),
    TEST(thread_counted, 0, "", "procinfo counts threads; getpid tells the same in all of them"),
    TEST(thread_many, 0, "", "a thousand threads, one after the other and side by side"),
    TEST(thread_limit, ALONE, "",
         "clone fails when there are too many, and all end with the process"),
    TEST(thread_stack_pointer, BOTH, "", "a thread begins with its argument and an aligned stack"),
    TEST(thread_exit_ends_all, BOTH, "", "exit by any thread ends all, with its status"),
    TEST(thread_kill_ends_all, BOTH, "", "kill of a process ends all its threads"),
    TEST(thread_fault_ends_all, 0, "", "a bad access by any thread ends the process with -1"),
    TEST(thread_last_one_counts, 0, "",
         "a process whose first thread has ended goes on until the last one does"),
    TEST(thread_forks, BOTH, "", "fork copies the calling thread only"),
    TEST(thread_waits_for_children, 0, "",
         "children belong to the process: any thread gets each of them once"),
    TEST(thread_execs, BOTH, "", "exec by a thread ends the others; the pid stays"),
    TEST(thread_exec_of_leader, 0, "",
         "exec by the first thread while others spin, sleep, fault and call"),
    TEST(thread_exec_fails, 0, "", "a failed exec leaves all threads as they were"),
    TEST(thread_execs_meet, 0, "",
         "of several threads that call exec or exit at once, one has its way"),
    TEST(thread_group_is_killed, 0, "", "a kill of the group ends the threads of each process"),
    TEST(thread_clone_meets_exit, 0, "", "a thread made while the process ends, ends with it"),
    TEST(thread_forks_in_malloc, 0, "",
         "a child of fork can use the heap, whatever another thread did at that moment"),
    TEST(thread_stack_guard, BOTH, "",
         "a thread's stack can be used to its last byte, and what lies below kills"),
    TEST(futex_wakes, 0, "", "so many sleepers wake as were asked for"),
    TEST(futex_addresses, 0, "", "futexes at bad addresses are refused"),
    TEST(futex_times_out, 0, "", "a futex wait with a limit ends when it should"),
    TEST(futex_killed, 0, "", "a process that waits for a futex can be killed"),
    TEST(futex_no_wake_is_lost, 0, "",
         "two threads that wake each other in turn never miss a wake-up"),
    TEST(futex_survives_fork, 0, "", "the same while another thread forks"),
    TEST(mutex_counts, BOTH, "", "a count under a mutex is exact with 8 threads"),
    TEST(cond_passes_turns, 0, "", "threads that wait for their turn by a condition all get it"),
    TEST(cond_time_limit, 0, "", "a condition wait with a limit ends"),
    TEST(barrier_rounds, 0, "", "nobody leaves a barrier before all have come"),
    TEST(threads_share_memory, 0, "", "what one thread maps and writes, the others see"),
    TEST(threads_share_files, 0, "",
         "descriptors are shared: opened, moved and closed by any thread"),
    TEST(threads_share_cwd, 0, "",
         "the working directory is shared, also while it changes all the time"),
    TEST(threads_leave_cwd, 0, "",
         "a call goes on in its directory when another thread has left it and nobody else has it"),
    TEST(threads_fault_together, BOTH, "",
         "first touches of the same pages by all threads: each page once"),
    TEST(threads_move_break, 0, "",
         "sbrk up and down by several threads while others touch the heap"),
    TEST(threads_fork_and_write, 0, "",
         "forks while other threads write: no store is lost, none shows in the child"),
    TEST(threads_malloc, 0, "", "malloc and free by several threads"),
    TEST(threads_keep_their_own, 0, "", "errno and floating-point registers are each thread's own"),
    END_OF_TESTS,
};
