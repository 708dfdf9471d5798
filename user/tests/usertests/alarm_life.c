// Alarms across fork, exec and exit, and handlers that are none.
#include "kernel/memlayout.h"
#include "user/tests/usertests/alarm.h"
#include "user/tests/usertests/exec_elf.h"

static void expect_none(void *arg)
{
    (void)arg;
    alarm_calls = 0;
    run_for(SOME_TICKS);
    expect(alarm_calls == 0, "no alarm in the child");
    expect_no_handler();
}

void alarm_not_inherited(void)
{
    must_set_alarm(2, count_alarm);
    expect(status_of(expect_none, 0) == 0, "the child ends well");
    await_alarms(alarm_calls + 2);
}

static volatile int forked = -1;

static void forking_handler(void)
{
    if (forked < 0)
        forked = fork();
    count_alarm();
}

void alarm_fork_in_handler(void)
{
    must_set_alarm(1, forking_handler);
    expect(hold_registers() == 0, "registers in both");
    expect(forked >= 0, "fork in a handler");
    if (forked == 0) {
        expect_none(0);
        exit(0);
    }
    await_alarms(SOME_TICKS);
    expect_status(forked, 0);
}

// The program spins for longer than the alarm would take, where there is no handler.
void alarm_ends_at_exec(void)
{
    program_write("spin", code_spin, code_spin_end);
    int pid = must_fork();
    if (pid == 0) {
        char *argv[] = {"spin", 0};
        must_set_alarm(5, (void (*)(void))(PROGRAM_BASE + PROGRAM_DATA)); // zeroes: no instruction
        exec("spin", argv);
        exit(127);
    }
    expect_status(pid, 0);
    unlink("spin");
}

static void exec_handler(void)
{
    char *argv[] = {"probe", 0};
    exec("probe", argv);
    exit(127);
}

static void spin_with_alarm(void *handler)
{
    must_set_alarm(1, (void (*)(void))handler);
    spin_on(0);
}

void alarm_exec_in_handler(void)
{
    program_write("probe", code_sigreturn, code_sigreturn_end);
    int status = status_of(spin_with_alarm, exec_handler);
    expect(status == -EINVAL, "sigreturn in the new program fails, not status %d", status);
    unlink("probe");
}

static void exit_handler(void) { exit(5); }

static void kill_handler(void)
{
    kill(getpid());
    exit(6);
}

void alarm_exit_in_handler(void)
{
    expect(status_of(spin_with_alarm, exit_handler) == 5, "exit in the handler");
    expect(status_of(spin_with_alarm, kill_handler) == -1, "killed in the handler");
}

void alarm_bad_handler(void)
{
    static const uint64 bad[] = {0, 1, TRAMPOLINE, MAXVA, 0xffffffc080000000, 1UL << 62, ~0UL};
    static char data[16];
    for (uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect(status_of(spin_with_alarm, (void *)bad[i]) == -1, "a handler at 0x%lx kills",
               bad[i]);
    expect(status_of(spin_with_alarm, data) == -1, "a handler in data kills");
    must_set_alarm(1000000, 0);
    run_for(2);
}

void alarm_without_memory(void)
{
    for (int i = 0; i < 10; i++) // again and again: caches give back some
        take_memory(0);
    expect(sigalarm(1, count_alarm) == -1 && errno == ENOMEM, "sigalarm without memory");
    expect_no_handler();
}
