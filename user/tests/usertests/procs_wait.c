// Parents, children and init: of which child wait tells, and what; the numbers that processes get.
#include "user/tests/usertests/procs.h"
#include "user/tests/usertests/procs_help.h"

static void exit_with(void *arg) { exit((long)arg); }

void exit_status_whole(void)
{
    static const int values[] = {
        0, 1, 127, 128, 255, 256, 65536, -1, -2, 0x7fffffff, -0x7fffffff - 1};
    for (uint i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        expect_status(start_child(exit_with, (void *)(long)values[i]), values[i]);
}

static void expect_no_child(int pid)
{
    int status = 77;
    expect(waitpid(pid, &status, 0) == -1 && errno == ECHILD, "waitpid(%d) fails with ECHILD", pid);
    expect(waitpid(pid, &status, WNOHANG) == -1 && errno == ECHILD, "waitpid(%d, WNOHANG), too",
           pid);
    expect(status == 77, "the status is not touched");
}

void wait_without_children(void)
{
    expect(wait(0) == -1 && errno == ECHILD, "wait fails with ECHILD");
    int ended = start_child(exit_with, 0);
    expect_status(ended, 0);
    int sleeper = start_child(sleep_on, 0);
    int others[] = {0, 1, -2, getpid(), getppid(), ended, 40000};
    for (uint i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        expect_no_child(others[i]);
    expect_killed(sleeper);
    expect_no_child(-1);
}

void waitpid_picks(void)
{
    int pid[8];
    for (long i = 0; i < 8; i++)
        pid[i] = start_child(exit_with, (void *)(i + 10));
    for (int i = 1; i < 16; i += 2) // 1 3 5 7, then 6 4 2 0
        expect_status(pid[i < 8 ? i : 15 - i], (i < 8 ? i : 15 - i) + 10);
    expect_no_child(-1);
}

void waitpid_nohang(void)
{
    int status = 5, pid = start_child(sleep_on, 0);
    expect(waitpid(pid, &status, WNOHANG) == 0 && waitpid(-1, &status, WNOHANG) == 0 && status == 5,
           "0 while the child lives, and no status");
    expect(waitpid(pid, &status, 2) == -1 && errno == EINVAL, "flag 2 is EINVAL");
    expect(waitpid(pid, &status, -1) == -1 && errno == EINVAL, "all flags are EINVAL");
    expect(kill(pid) == 0, "kill");
    wait_zombie(pid);
    expect(waitpid(-1, &status, WNOHANG) == pid && status == -1, "the child, once it has ended");
    expect_no_child(pid);
}

void wait_bad_pointer(void)
{
    int *const bad[] = {(int *)-4L, (int *)8L, (int *)MAXVA, (int *)wait_bad_pointer,
                        (int *)sbrk(0)};
    int pid = start_child(exit_with, (void *)3);
    for (uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect(wait(bad[i]) == -1 && errno == EFAULT, "wait(%p) fails with EFAULT", (void *)bad[i]);
        expect(waitpid(pid, bad[i], 0) == -1 && errno == EFAULT, "waitpid, too");
    }
    expect(state_of(pid) == PS_ZOMBIE, "the child stays");
    expect_status(pid, 3);
}

void wait_takes_null(void)
{
    int first = start_child(exit_with, (void *)1);
    expect(wait(0) == first, "wait(0)");
    int second = start_child(exit_with, (void *)1);
    expect(waitpid(second, 0, 0) == second && state_of(second) == -1,
           "waitpid(pid, 0), and it is gone");
}

static void expect_reaped(int pid)
{
    for (int i = 0; i < 200 && state_of(pid) != -1; i++)
        pause(1);
    expect(state_of(pid) == -1, "init waits for orphan %d", pid);
}

// The orphan says who its parent is when its parent is gone, and is gone itself a little later.
void orphans_go_to_init(void)
{
    for (int i = 0; i < 20; i++) {
        int gate[2], answer[2], said[2] = {0, 0}, pid;
        must_pipe(gate);
        must_pipe(answer);
        if ((pid = must_fork()) == 0) {
            if (must_fork() == 0) {
                read_byte(gate[0]);
                int mine[2] = {getpid(), getppid()};
                exit(write(answer[1], mine, sizeof(mine)) != sizeof(mine));
            }
            exit(0);
        }
        expect_status(pid, 0);
        write(gate[1], "x", 1);
        expect(read(answer[0], said, sizeof(said)) == sizeof(said) && said[1] == 1,
               "parent 1, not %d", said[1]);
        expect_reaped(said[0]);
        for (int j = 0; j < 2; j++)
            close(gate[j]), close(answer[j]);
    }
}

void zombies_go_to_init(void)
{
    int ends[2], zombie = 0, pid;
    must_pipe(ends);
    if ((pid = must_fork()) == 0) {
        zombie = start_child(exit_with, 0);
        wait_zombie(zombie);
        exit(write(ends[1], &zombie, sizeof(zombie)) != sizeof(zombie));
    }
    expect(read(ends[0], &zombie, sizeof(zombie)) == sizeof(zombie), "its pid");
    expect_status(pid, 0);
    expect_reaped(zombie);
}

void mode_inherited(void)
{
    char *argv[] = {"sleep", "1000", 0};
    for (int on = 0; on <= 1; on++) {
        struct procinfo info;
        expect(isolate(on) >= 0 && isolate(-1) == on, "isolate(%d)", on);
        int pid = must_fork();
        if (pid == 0) {
            if (isolate(-1) == on)
                exec("/sleep", argv);
            exit(1);
        }
        wait_asleep(pid);
        expect(procinfo(pid, &info) == pid && info.isolated == on, "child in mode %d",
               info.isolated);
        expect_killed(pid);
    }
    expect(isolate(2) == -1 && errno == EINVAL && isolate(-2) == -1 && errno == EINVAL,
           "EINVAL for other modes");
}

static void look_on(void *arg)
{
    struct procinfo info;
    (void)arg;
    for (;;)
        for (int pid = 0; (pid = procinfo(pid + 1, &info)) > 0;)
            expect(info.pid == pid && info.ppid != pid,
                   "process %d is told of, and is not its own parent", pid);
}

void exits_of_three_generations(void)
{
    int looker = start_child(look_on, 0);
    for (int i = 0; i < 100; i++) {
        int pid = must_fork();
        if (pid == 0) {
            for (int j = 0; j < 3; j++)
                if (fork() == 0 && fork() >= 0)
                    exit(getppid() < 1);
            exit(0);
        }
        expect_status(pid, 0);
    }
    expect_killed(looker);
}

// Each generation has one child, and exits with its own number when that has.
void deep_family(void)
{
    int pid = 0, depth = 0;
    while (depth < 40 && (pid = must_fork()) == 0)
        depth++;
    if (pid > 0)
        expect_status(pid, depth + 1);
    if (depth > 0)
        exit(depth);
}

void pids_are_fresh(void)
{
    static int pid[50];
    for (int i = 0; i < 50; i++) {
        pid[i] = start_child(sleep_on, 0);
        expect(pid[i] > 1 && pid[i] < 32768, "a pid from 2 to 32767, not %d", pid[i]);
        for (int j = 0; j < i; j++)
            expect(pid[j] != pid[i], "%d is in use", pid[i]);
        expect(i == 0 || pid[i] > pid[i - 1] || pid[i - 1] > 32000, "%d after %d", pid[i],
               pid[i - 1]);
    }
    for (int i = 0; i < 50; i++)
        expect_killed(pid[i]);
    int next = start_child(exit_with, 0);
    expect_status(next, 0);
    expect(next > pid[49] || next < pid[0], "a number just given back is not the next one: %d",
           next);
}

// Two sleepers of a group whose leader has ended: three numbers that must not be given again.
void pid_space(void)
{
    int leader = start_child(sleep_on, 0);
    expect(setpgid(leader, leader) == 0, "setpgid");
    int member = start_child(sleep_on, 0), other = start_child(sleep_on, 0);
    expect(setpgid(member, leader) == 0, "setpgid to the leader's");
    expect_killed(leader);
    int last = other, wraps = 0;
    for (int i = 0; i < 33500; i++) {
        int pid = must_fork();
        if (pid == 0)
            exit(0);
        expect(waitpid(pid, 0, 0) == pid, "wait");
        expect(pid > 1 && pid < 32768 && pid != leader && pid != member && pid != other &&
                   pid != getpid(),
               "a free pid, not %d", pid);
        wraps += pid < last;
        last = pid;
    }
    expect(wraps == 1 || wraps == 2, "pids go up and begin anew after 32767: %d times", wraps);
    expect_killed(member);
    expect_killed(other);
}
