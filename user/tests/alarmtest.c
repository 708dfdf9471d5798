// alarmtest: alarms (sigalarm, sigreturn), in four parts, each with a line `testN passed`:
//
//     test0  the handler is called
//     test1  again and again, and the program goes on with its registers
//     test2  not while it runs, and not once it is turned off
//     test3  sigreturn restores a0 too
//
// A part that fails says why, and the program goes on with the next.
#include "user/lib/util.h"

#define TURNS_MAX 500000000 // of a loop, until an alarm must have come
#define ALARMS    10

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
    for (volatile int i = 0; i < TURNS_MAX && calls < n; i++)
        ;
    return calls < n ? -1 : 0;
}

static const char *called(void)
{
    sigalarm(2, say_alarm);
    return await_calls(1) < 0 ? "the handler was not called" : 0;
}

// Several sums at once, each in a register: whatever interrupts the loop, they belong together.
static const char *again(void)
{
    uint64 a = 0, b = 1, c = 2, d = 3, turns = 0;
    sigalarm(2, count_call);
    while (calls < ALARMS && turns < TURNS_MAX) {
        a += 1, b += 3, c += 5, d += 7;
        turns++;
    }
    if (calls < ALARMS)
        return "the handler was not called often enough";
    return a == turns && b == 1 + 3 * turns && c == 2 + 5 * turns && d == 3 + 7 * turns ? 0 : "a register has changed";
}

static volatile int inside, entered_again;

// Turns the alarm off only when many ticks have passed in here.
static void slow_handler(void)
{
    int from = uptime();
    entered_again |= inside;
    inside = 1;
    while (uptime() < from + 20)
        for (volatile int i = 0; i < 1000000; i++)
            ;
    sigalarm(0, 0);
    inside = 0;
    count_call();
}

static const char *once(void)
{
    sigalarm(2, slow_handler);
    if (await_calls(1) < 0)
        return "the handler was not called";
    int until = uptime() + 10;
    while (uptime() < until)
        ;
    return entered_again ? "the handler was called while it ran" : calls != 1 ? "it was called after it was off" : 0;
}

// Keeps a value in a0 until the handler, whose sigreturn comes back to here, has been called.
static const char *a0_kept(void)
{
    register uint64 a0 __asm__("a0") = 0xa0a0a0a0;
    sigalarm(1, count_call);
    __asm__ volatile("li a0, 0xa0a0a0a0\n"
                     "1: lw t0, (%1)\n"
                     "beqz t0, 1b\n"
                     : "=&r"(a0)
                     : "r"(&calls)
                     : "t0", "memory");
    return a0 == 0xa0a0a0a0 ? 0 : "a0 has changed";
}

static int run(const char *name, const char *(*part)(void))
{
    printf("%s start\n", name);
    calls = 0;
    const char *problem = part();
    sigalarm(0, 0);
    if (problem)
        printf("%s failed: %s\n", name, problem);
    else
        printf("%s passed\n", name);
    return problem != 0;
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
    return failed;
}
