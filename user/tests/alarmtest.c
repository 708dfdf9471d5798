// alarmtest: alarms (sigalarm, sigreturn), in four parts, each with a line `testN passed`:
//
//     test0  the handler is called
//     test1  again and again, and the program goes on with its registers
//     test2  not while it runs, and not once it is turned off
//     test3  sigreturn restores a0 too
//
// Each part is a process of its own: one that fails says why, one that is killed or hangs does no
// harm.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

#define ALARMS     10
#define LIMIT      1000    // clock ticks in which the alarms must have come
#define HANGS      2000    // clock ticks after which a part is ended
#define LOOK_EVERY 1000000 // turns of a loop between two looks at the clock

static volatile int calls;

static void count_call(void)
{
    calls++;
    sigreturn();
}

static void say_alarm(void)
{
    printf("alarm!\n");
    count_call();
}

// Spins until the handler has been called n times. 0, or -1 if it is not.
static int await_calls(int n)
{
    for (int until = uptime() + LIMIT; calls < n && uptime() < until;)
        for (volatile int i = 0; i < LOOK_EVERY && calls < n; i++)
            ;
    return calls < n ? -1 : 0;
}

static const char *called(void)
{
    if (sigalarm(2, say_alarm) < 0)
        return "sigalarm fails";
    return await_calls(1) < 0 ? "the handler was not called" : 0;
}

// Several sums at once, each in a register: whatever interrupts the loop, they belong together.
static const char *again(void)
{
    uint64 a = 0, b = 1, c = 2, d = 3, turns = 0;
    int until = uptime() + LIMIT;
    if (sigalarm(2, count_call) < 0)
        return "sigalarm fails";
    while (calls < ALARMS && (turns % LOOK_EVERY != 0 || uptime() < until)) {
        a += 1, b += 3, c += 5, d += 7;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
        turns++;
    }
    if (calls < ALARMS)
        return "the handler was not called often enough";
    return a == turns && b == 1 + 3 * turns && c == 2 + 5 * turns && d == 3 + 7 * turns
               ? 0
               : "a register has changed";
}

static volatile int inside, entered_again;

static void spin_ticks(int ticks)
{
    for (int until = uptime() + ticks; uptime() < until;)
        for (volatile int i = 0; i < LOOK_EVERY / 10; i++)
            ;
}

// Turns the alarm off only when many ticks have passed in here.
static void slow_handler(void)
{
    entered_again |= inside;
    inside = 1;
    spin_ticks(20);
    sigalarm(0, 0);
    inside = 0;
    count_call();
}

static const char *once(void)
{
    if (sigalarm(2, slow_handler) < 0)
        return "sigalarm fails";
    if (await_calls(1) < 0)
        return "the handler was not called";
    spin_ticks(10);
    return entered_again ? "the handler was called while it ran"
           : calls != 1  ? "it was called after it was off"
                         : 0;
}

// Spins with a value in a0 until the handler, whose sigreturn comes back to here, has been called;
// for a while at most. What a0 is then.
static uint64 hold_a0(void)
{
    register uint64 a0 __asm__("a0");
    __asm__ volatile("li a0, 0xa0a0a0a0\n"
                     "li t1, 2000000000\n"
                     "1: lw t0, (%1)\n"
                     "addi t1, t1, -1\n"
                     "beqz t1, 2f\n"
                     "beqz t0, 1b\n"
                     "2:"
                     : "=&r"(a0)
                     : "r"(&calls)
                     : "t0", "t1", "memory");
    return a0;
}

static const char *a0_kept(void)
{
    if (sigalarm(1, count_call) < 0)
        return "sigalarm fails";
    uint64 a0 = hold_a0();
    return calls == 0 ? "the handler was not called" : a0 == 0xa0a0a0a0 ? 0 : "a0 has changed";
}

static void be_part(const char *name, const char *(*part)(void))
{
    const char *problem = part();
    sigalarm(0, 0);
    if (problem)
        printf("%s failed: %s\n", name, problem);
    else
        printf("%s passed\n", name);
    exit(problem != 0);
}

// The status of a child, which is ended if it takes too long.
static int await_child(int pid)
{
    int status = -1;
    for (int until = uptime() + HANGS; waitpid(pid, &status, WNOHANG) == 0; pause(1))
        if (uptime() >= until)
            kill(pid);
    return status;
}

static int run(const char *name, const char *(*part)(void))
{
    printf("%s start\n", name);
    int pid = fork();
    if (pid == 0)
        be_part(name, part);
    int status = pid > 0 ? await_child(pid) : -1;
    if (status < 0)
        printf("%s failed: it was killed\n", name);
    return status;
}

int main(int argc, char **argv)
{
    int failed = 0;
    (void)argv;
    if (argc != 1)
        usage("alarmtest");
    failed |= run("test0", called);
    failed |= run("test1", again);
    failed |= run("test2", once);
    failed |= run("test3", a0_kept);
    return failed != 0;
}
