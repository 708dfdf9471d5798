// Alarms: when the handler is called, and when not; the area's table.
#include "user/tests/usertests/alarm.h"

volatile int alarm_calls;

void count_alarm(void)
{
    alarm_calls++;
    sigreturn();
}

void must_set_alarm(int ticks, void (*handler)(void))
{
    expect(sigalarm(ticks, handler) == 0, "sigalarm(%d)", ticks);
}

static uint64 ticks_run(void)
{
    struct procinfo info;
    int pid = getpid();
    expect(procinfo(pid, &info) == pid, "procinfo");
    return info.ticks;
}

static void run_on(void)
{
    for (volatile int i = 0; i < 1000; i++)
        ;
}

void run_for(uint64 ticks)
{
    for (uint64 from = ticks_run(); ticks_run() < from + ticks;)
        run_on();
}

void await_alarms(int n)
{
    uint64 from = ticks_run();
    while (alarm_calls < n && ticks_run() < from + 100 * n)
        run_on();
    expect(alarm_calls >= n, "the handler is called %d times, not %d", n, alarm_calls);
}

void expect_no_handler(void)
{
    expect(sigreturn() == -1 && errno == EINVAL, "sigreturn outside a handler fails");
}

static void alarm_again_and_again(void)
{
    must_set_alarm(2, count_alarm);
    await_alarms(SOME_TICKS);
}

// Each call needs its ticks; few ticks meet the handler, and those do not count.
static void alarm_counts_running_time(void)
{
    const int interval = 3;
    uint64 from = ticks_run();
    must_set_alarm(interval, count_alarm);
    for (int i = 0; i < 5; i++)
        pause(2 * interval);
    int asleep = alarm_calls;
    expect(asleep <= (int)(ticks_run() - from) / interval, "no time passes asleep: %d calls",
           asleep);
    run_for(10 * interval);
    int most = (ticks_run() - from) / interval;
    sigalarm(0, 0);
    expect(alarm_calls <= most + 1 && alarm_calls >= most - 3, "about %d calls, not %d", most,
           alarm_calls);
}

static void alarm_between_system_calls(void)
{
    must_set_alarm(1, count_alarm);
    for (int i = 0; i < 100000000 && alarm_calls < SOME_TICKS; i++)
        raw_syscall(SYS_getpid, (long[6]){0});
    expect(alarm_calls >= SOME_TICKS, "the handler is called while the kernel runs, not %d times",
           alarm_calls);
}

static volatile int inside, entered_again;

static void slow_handler(void)
{
    entered_again |= inside;
    inside = 1;
    run_for(SOME_TICKS);
    inside = 0;
    count_alarm();
}

static void alarm_handler_runs_alone(void)
{
    must_set_alarm(1, slow_handler);
    await_alarms(3);
    expect(!entered_again, "the handler is not called while it runs");
}

static void alarm_stops(void)
{
    must_set_alarm(1, count_alarm);
    await_alarms(2);
    must_set_alarm(0, 0);
    int before = alarm_calls;
    run_for(SOME_TICKS);
    expect(alarm_calls == before, "no call once it is off");
}

static void stopping_handler(void)
{
    must_set_alarm(0, 0);
    count_alarm();
}

static void alarm_stops_in_handler(void)
{
    must_set_alarm(1, stopping_handler);
    expect(hold_registers() == 0, "registers");
    run_for(SOME_TICKS);
    expect(alarm_calls == 1, "one call, not %d", alarm_calls);
    expect_no_handler();
}

static void refused_handler(void)
{
    alarm_calls = -1000;
    sigreturn();
}

static void alarm_replaced(void)
{
    must_set_alarm(5, refused_handler);
    must_set_alarm(1, count_alarm);
    await_alarms(SOME_TICKS);
}

// A refused sigalarm changes nothing.
static void alarm_bad_ticks(void)
{
    must_set_alarm(1, count_alarm);
    expect(sigalarm(-1, refused_handler) == -1 && errno == EINVAL, "-1 ticks");
    expect(sigalarm(-0x7fffffff - 1, refused_handler) == -1 && errno == EINVAL,
           "the least number of ticks");
    await_alarms(SOME_TICKS);
}

// Sets another handler while it runs, for later: what sigreturn puts back is still what was
// interrupted.
static void renewing_handler(void)
{
    must_set_alarm(1, count_alarm);
    run_for(3);
    count_alarm();
}

static void alarm_set_in_handler(void)
{
    must_set_alarm(1, renewing_handler);
    expect(hold_registers() == 0, "registers");
    await_alarms(SOME_TICKS);
}

static void alarm_sigreturn_outside(void)
{
    expect_no_handler();
    must_set_alarm(1000000, count_alarm);
    expect_no_handler();
    must_set_alarm(1, count_alarm);
    await_alarms(1);
    must_set_alarm(0, 0);
    expect_no_handler();
}

const struct test alarm_tests[] = {
    TEST(alarm_again_and_again, BOTH, "", "the handler is called every so many ticks"),
    TEST(alarm_counts_running_time, 0, "", "only ticks count that meet the process running"),
    TEST(alarm_between_system_calls, BOTH, "",
         "a process that is mostly in the kernel gets its alarms, too"),
    TEST(alarm_handler_runs_alone, 0, "", "a handler is not called while it runs"),
    TEST(alarm_stops, 0, "", "sigalarm(0, 0) ends the calls"),
    TEST(alarm_stops_in_handler, 0, "", "the same from within the handler, which can still return"),
    TEST(alarm_replaced, 0, "", "a second sigalarm replaces the first"),
    TEST(alarm_bad_ticks, 0, "", "negative ticks: EINVAL, and the alarm is as before"),
    TEST(alarm_set_in_handler, BOTH, "",
         "sigalarm in a handler does not lose what the handler interrupted"),
    TEST(alarm_sigreturn_outside, 0, "", "sigreturn outside a handler: EINVAL"),
    TEST(alarm_registers, BOTH, "",
         "sigreturn restores every register, a0 and sp too, whatever the handler does"),
    TEST(alarm_stack_aligned, 0, "",
         "the handler's sp is aligned to 16, just below what is in use"),
    TEST(alarm_fp_kept, BOTH, "",
         "sigreturn restores floating-point registers, rounding mode and flags"),
    TEST(alarm_fp_first, BOTH, "",
         "a handler that is first to use floating point leaves nothing there"),
    TEST(alarm_many, BOTH, "", "many processes with alarms keep each their registers"),
    TEST(alarm_not_inherited, 0, "", "a child has no alarm"),
    TEST(alarm_fork_in_handler, BOTH, "",
         "a child that is forked in a handler goes on in it, and returns"),
    TEST(alarm_ends_at_exec, 0, "", "a new program has no alarm"),
    TEST(alarm_exec_in_handler, 0, "", "a program that a handler starts is not in one"),
    TEST(alarm_exit_in_handler, BOTH, "", "a process may end, or be killed, in its handler"),
    TEST(alarm_bad_handler, BOTH, "",
         "a handler's address where no code is kills when it is called, no earlier"),
    TEST(alarm_without_memory, ALONE, "", "sigalarm without memory for it: ENOMEM"),
    END_OF_TESTS,
};
