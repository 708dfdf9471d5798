// Process groups: to which group a process belongs, who may change that, and what kill(-group)
// does.
#include "user/tests/usertests/procs_help.h"

static int group_of(int pid)
{
    struct procinfo info;
    return procinfo(pid, &info) == pid ? info.pgid : -1;
}

static int sleeper_in(int group)
{
    int pid = start_child(sleep_on, 0);
    expect(setpgid(pid, group) == 0, "setpgid(%d, %d)", pid, group);
    return pid;
}

static void group_inherited(void)
{
    char *argv[] = {"sleep", "1000", 0};
    int leader = must_fork();
    if (leader == 0) {
        expect(group_of(getpid()) == group_of(getppid()), "a child begins in its parent's group");
        expect(setpgid(0, 0) == 0 && group_of(getpid()) == getpid(), "it leads one of its own");
        int pid = must_fork();
        if (pid == 0) {
            expect(group_of(getpid()) == getppid(), "its child is in that");
            exit(0);
        }
        expect_status(pid, 0);
        exec("/sleep", argv);
        exit(1);
    }
    for (int i = 0; i < 500 && group_of(leader) != leader; i++)
        pause(1);
    wait_asleep(leader);
    expect(group_of(leader) == leader, "exec keeps the group");
    expect_killed(leader);
}

static void setpgid_errors(void)
{
    int pid = start_child(sleep_on, 0), own = group_of(getpid());
    expect(setpgid(-1, 0) == -1 && errno == EINVAL, "pid -1 is EINVAL");
    expect(setpgid(0, -1) == -1 && errno == EINVAL, "group -1 is EINVAL");
    expect(setpgid(pid, 32768) == -1 && errno == EPERM, "a group that does not exist is EPERM");
    expect(setpgid(0, pid) == -1 && errno == EPERM, "a child's pid is no group yet: EPERM");
    expect(setpgid(32768, 0) == -1 && errno == ESRCH, "no process is ESRCH");
    expect(setpgid(1, 0) == -1 && errno == ESRCH, "init is ESRCH");
    expect(setpgid(getppid(), 0) == -1 && errno == ESRCH, "the parent is ESRCH");
    expect(group_of(getpid()) == own && group_of(pid) == own, "nobody has changed groups");
    expect_killed(pid);
    expect(setpgid(pid, 0) == -1 && errno == ESRCH, "a child that is gone is ESRCH");
}

static void setpgid_not_grandchild(void)
{
    int ends[2], status, pid, grandchild;
    must_pipe(ends);
    if ((pid = must_fork()) == 0) {
        grandchild = start_child(sleep_on, 0);
        write(ends[1], &grandchild, sizeof(grandchild));
        expect(waitpid(grandchild, &status, 0) == grandchild && status == -1, "killed");
        exit(0);
    }
    expect(read(ends[0], &grandchild, sizeof(grandchild)) == sizeof(grandchild), "its pid");
    expect(setpgid(grandchild, 0) == -1 && errno == ESRCH, "a grandchild is ESRCH");
    expect(kill(grandchild) == 0, "but can be killed");
    expect_status(pid, 0);
}

static void setpgid_joins(void)
{
    int leader = sleeper_in(0), member = sleeper_in(leader);
    expect(group_of(leader) == leader && group_of(member) == leader, "both are in the group");
    expect(setpgid(member, 0) == 0 && group_of(member) == member, "a member leads its own again");
    expect(setpgid(member, member) == 0 && group_of(member) == member, "said twice");
    expect_killed(leader);
    expect_killed(member);
}

// Of the members one sleeps, one spins, one waits for a pipe.
static void kill_group(void)
{
    int ends[2], outsider = start_child(sleep_on, 0), neighbour = sleeper_in(0);
    must_pipe(ends);
    int leader = sleeper_in(0), member = sleeper_in(leader), spinner = start_child(spin_on, 0),
        reader = must_fork();
    if (reader == 0) {
        read_byte(ends[0]);
        exit(0);
    }
    expect(setpgid(spinner, leader) == 0 && setpgid(reader, leader) == 0, "setpgid");
    expect(kill(-leader) == 0, "kill(-%d)", leader);
    expect_status(reader, -1);
    expect_status(spinner, -1);
    expect_status(member, -1);
    expect_status(leader, -1);
    expect(kill(-leader) == -1 && errno == ESRCH, "then ESRCH: there is nobody");
    expect(state_of(outsider) != PS_ZOMBIE && state_of(neighbour) != PS_ZOMBIE, "others live");
    expect_killed(outsider);
    expect_killed(neighbour);
}

static void kill_group_of_zombies(void)
{
    int pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        exit(5);
    }
    wait_zombie(pid);
    expect(kill(-pid) == -1 && errno == ESRCH, "ESRCH");
    expect_status(pid, 5);
}

static void group_outlives_leader(void)
{
    int leader = sleeper_in(0), member = sleeper_in(leader), late = start_child(sleep_on, 0);
    expect_killed(leader);
    expect(group_of(member) == leader && state_of(member) != PS_ZOMBIE, "the member stays");
    expect(setpgid(late, leader) == 0 && group_of(late) == leader, "the group can be joined");
    expect(kill(-leader) == 0, "it can be killed");
    expect_status(member, -1);
    expect_status(late, -1);
    expect(setpgid(0, leader) == -1 && errno == EPERM, "then it is no group any more");
}

static void kill_own_group(void)
{
    int pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        start_child(sleep_on, 0);
        kill(-getpid());
        exit(1);
    }
    expect_status(pid, -1);
}

static void zombie_keeps_group(void)
{
    int leader = sleeper_in(0), member = sleeper_in(leader);
    expect(kill(member) == 0, "kill");
    wait_zombie(member);
    expect(group_of(member) == leader, "a zombie is in its group still");
    expect_status(member, -1);
    expect_killed(leader);
}

static void tcsetpgrp_errors(void)
{
    int ends[2], file = open("file", O_CREATE | O_RDWR), null = open("/null", O_RDWR), console;
    must_pipe(ends);
    int wrong[] = {file, null, ends[0], ends[1]};
    for (int i = 0; i < 4; i++)
        expect(tcsetpgrp(wrong[i], getpid()) == -1 && errno == ENOTTY,
               "ENOTTY for what is no console, %d", i);
    expect(tcsetpgrp(NOFILE - 1, getpid()) == -1 && errno == EBADF, "EBADF");
    expect(tcsetpgrp(-1, getpid()) == -1 && errno == EBADF, "EBADF for -1");
    expect((console = open("/console", O_RDWR)) >= 0, "open /console");
    expect(tcsetpgrp(console, -1) == -1 && errno == EINVAL, "EINVAL");
    close(file);
    unlink("file");
}

// A test has a group of its own, which has not got the console. Its children, which execute no
// program, are not those of a shell.
static void console_refused(void)
{
    char byte;
    int console = open("/console", O_RDWR), parent = getppid(), pid = must_fork();
    expect(console >= 0, "open /console");
    if (pid == 0) {
        int groups[] = {0, getpid(), getppid(), parent, 1};
        for (uint i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
            expect(tcsetpgrp(console, groups[i]) == -1 && errno == EPERM,
                   "tcsetpgrp to %d is EPERM", groups[i]);
        expect(tcshell(console) == -1 && errno == EPERM, "tcshell is EPERM");
        expect(read(console, &byte, 1) == -1 && errno == EIO, "reading in the background is EIO");
        expect(write(console, &byte, 0) == 0, "writing is not");
        exit(0);
    }
    expect_status(pid, 0);
    close(console);
}

const struct test groups_tests[] = {
    TEST(group_inherited, 0, "", "a child is in its parent's group; exec keeps it"),
    TEST(setpgid_errors, 0, "",
         "setpgid: EINVAL, ESRCH for strangers, EPERM for groups that are none"),
    TEST(setpgid_not_grandchild, 0, "", "setpgid is for oneself and one's children only"),
    TEST(setpgid_joins, 0, "", "a child can be put in a group and into one of its own"),
    TEST(kill_group, 0, "", "kill(-group) ends all of it, whatever they do, and nobody else"),
    TEST(kill_group_of_zombies, 0, "", "a group of which all have ended is ESRCH"),
    TEST(group_outlives_leader, 0, "", "a group lives as long as a member does"),
    TEST(kill_own_group, 0, "", "kill(-group) ends the caller, too"),
    TEST(zombie_keeps_group, 0, "", "a zombie stays in its group until it is waited for"),
    TEST(console_refused, 0, "",
         "who is not in the foreground cannot get the console, nor read from it"),
    TEST(tcsetpgrp_errors, 0, "", "tcsetpgrp: EBADF, ENOTTY for what is no console, EINVAL"),
    END_OF_TESTS,
};
