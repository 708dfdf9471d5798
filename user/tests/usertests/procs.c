// Processes: forking until nothing is left, what a child gets, preemption; the rest of the area is
// in procs_wait.c and procs_info.c.
#include "user/tests/usertests/procs.h"
#include "user/tests/usertests/procs_help.h"

// More spinning children than harts: each gets to run, and each can be ended.
static void preempt(void)
{
    struct sysinfo info;
    int ends[2], pid[NCPU + 2];
    sysinfo(&info);
    int n = info.ncpu + 2;
    must_pipe(ends);
    for (int i = 0; i < n; i++) {
        if ((pid[i] = must_fork()) == 0) {
            write(ends[1], "x", 1);
            spin_on(0);
        }
    }
    for (int i = 0; i < n; i++)
        read_byte(ends[0]);
    for (int i = 0; i < n; i++)
        expect(kill(pid[i]) == 0, "kill");
    for (int i = 0; i < n; i++)
        expect_status(pid[i], -1);
}

static void exitwait(void)
{
    int status;
    for (int i = 0; i < 100; i++) {
        int pid = must_fork();
        if (pid == 0)
            exit(i);
        int r = wait(&status);
        expect(r == pid && status == i, "child %d, status %d, not child %d, status %d", pid, i, r,
               status);
    }
    expect(wait(0) == -1 && errno == ECHILD, "no child is left");
}

static void reparent(void)
{
    int self = getpid();
    for (int i = 0; i < 100; i++) {
        int pid = must_fork();
        if (pid == 0) {
            int orphan = must_fork();
            exit(orphan == 0 && getppid() == self);
        }
        expect_status(pid, 0);
    }
    expect(wait(0) == -1 && errno == ECHILD, "orphans are not their grandparent's");
}

static void reparent2(void)
{
    for (int i = 0; i < 300; i++) {
        int pid = must_fork();
        if (pid == 0) {
            if (fork() > 0)
                fork();
            exit(0);
        }
        expect_status(pid, 0);
    }
}

static void twochildren(void)
{
    for (int i = 0; i < 300; i++) {
        int status[2], a = must_fork();
        if (a == 0)
            exit(1);
        int b = must_fork();
        if (b == 0)
            exit(1);
        int first = wait(&status[0]), second = wait(&status[1]);
        expect((first == a && second == b) || (first == b && second == a),
               "both children are found");
        expect(status[0] == 1 && status[1] == 1, "status 1 of each, not %d and %d", status[0],
               status[1]);
    }
}

static void forkfork(void)
{
    for (int i = 0; i < 4; i++) {
        if (must_fork() == 0) {
            for (int j = 0; j < 50; j++) {
                int pid = must_fork();
                if (pid == 0)
                    exit(j);
                expect_status(pid, j);
            }
            exit(0);
        }
    }
    expect_children(4);
}

static void bomb_until_stopped(void)
{
    int fd;
    while ((fd = open("stopforking", O_RDONLY)) < 0)
        if (fork() < 0)
            close(open("stopforking", O_CREATE | O_RDWR));
    exit(0);
}

// All of the bomb hold the pipe's end: its end of file tells that all have ended.
static void forkforkfork(void)
{
    int ends[2], status, pid;
    must_pipe(ends);
    if ((pid = must_fork()) == 0)
        bomb_until_stopped();
    close(ends[1]);
    expect_end_of_file(ends[0]);
    expect(waitpid(pid, &status, 0) == pid && status == 0, "the first one ends well, too");
    expect(unlink("stopforking") == 0, "fork has failed once");
    expect_status(start_child(nothing, 0), 0);
}

static void forktest(void)
{
    struct sysinfo info;
    int ends[2], go[2], n = 0, pid;
    must_pipe(ends);
    must_pipe(go);
    int other = must_fork();
    if (other == 0) {
        read_byte(go[0]);
        exit(status_of(nothing, 0));
    }
    expect(setpgid(other, 0) == 0, "a child in a group of its own");
    while ((pid = fork()) > 0)
        n++;
    if (pid == 0) {
        close(ends[1]);
        expect_end_of_file(ends[0]);
        exit(0);
    }
    expect(errno == EAGAIN && n < 1000, "fork fails with EAGAIN below 1000: %d", n);
    sysinfo(&info);
    expect(n == NPROC_GROUP - 1, "a group has NPROC_GROUP processes, not %d", n + 1);
    expect(info.nproc < NPROC, "there is room for others");
    write(go[1], "x", 1);
    expect_status(other, 0);
    close(ends[1]);
    expect_children(n);
    expect(wait(0) == -1 && errno == ECHILD, "all have been waited for");
    expect_status(start_child(nothing, 0), 0);
}

// All processes of a fork bomb end by themselves once fork fails; the rest of the system lives.
static void bomb(int depth)
{
    int pid = -1;
    for (int i = 0; i < 4 && depth > 0; i++) {
        if ((pid = fork()) < 0)
            break;
        if (pid == 0)
            depth--, i = -1; // the child starts over, one generation down
    }
    while (wait(0) > 0)
        ;
    exit(0);
}

static void fork_bomb_ends(void)
{
    char *argv[] = {"true", 0}, out[8];
    int pid = must_fork();
    if (pid == 0)
        bomb(5);
    expect_status(pid, 0);
    expect(run_program("/true", argv, out, sizeof(out)) == 0, "fork and exec work again");
}

#define MALLOC_SIZE 10001

// Each block holds the address of the one before, and its own address at its end.
static void mem(void)
{
    char *last = 0, *p;
    int n = 0, freed = 0;
    for (; (p = malloc(MALLOC_SIZE)) != 0; n++) {
        *(char **)p = last;
        memcpy(p + MALLOC_SIZE - sizeof(p), &p, sizeof(p));
        last = p;
    }
    expect(n > 5000, "malloc finds most of 128 MiB, not %d blocks", n);
    for (; last; freed++) {
        char *before = *(char **)last;
        expect(memcmp(last + MALLOC_SIZE - sizeof(last), &last, sizeof(last)) == 0,
               "block %p keeps its bytes", last);
        free(last);
        last = before;
    }
    expect(freed == n, "all blocks are found again");
    expect((p = malloc(1024 * 20)) != 0, "malloc works again");
    memset(p, 1, 1024 * 20);
    free(p);
}

static void fork_shares_offsets(void)
{
    char text[8] = "";
    int status, fd = open("file", O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, "abcdef", 6) == 6 && lseek(fd, 0, SEEK_SET) == 0, "a file");
    expect(read(fd, text, 2) == 2, "two bytes");
    int pid = must_fork();
    if (pid == 0) {
        expect(read(fd, text, 2) == 2 && memcmp(text, "cd", 2) == 0, "the child reads on");
        close(fd);
        exit(0);
    }
    expect(waitpid(pid, &status, 0) == pid && status == 0, "child");
    expect(read(fd, text, 7) == 2 && memcmp(text, "ef", 2) == 0,
           "the parent reads on after the child");
    close(fd);
    unlink("file");
}

static void fork_copies_directory(void)
{
    char path[MAXPATH];
    expect(mkdir("sub") == 0, "mkdir");
    int pid = must_fork();
    if (pid == 0) {
        expect(getcwd(path, sizeof(path)) == path && strcmp(path, test_directory) == 0,
               "child begins in %s", path);
        expect(chdir("sub") == 0, "chdir");
        exit(0);
    }
    expect_status(pid, 0);
    expect(getcwd(path, sizeof(path)) == path && strcmp(path, test_directory) == 0,
           "parent stays, not in %s", path);
    unlink("sub");
}

// With few pages left: fork works or says ENOMEM.
static void fork_with_pages_left(void *arg)
{
    int pid;
    __asm__ volatile("fmv.d.x ft0, zero" ::: "ft0"); // the child gets floating-point registers, too
    take_memory((long)arg);
    if ((pid = fork()) == 0)
        exit(0);
    if (pid < 0)
        exit(errno == ENOMEM ? 1 : 2);
    waitpid(pid, 0, 0);
}

static void fork_without_memory(void)
{
    expect(status_of(fork_with_pages_left, (void *)0) == 1,
           "fork fails with ENOMEM without memory");
    for (long left = 1; left < 40; left++) {
        int status = status_of(fork_with_pages_left, (void *)left);
        expect(status == 0 || status == 1 || status == -1, "with %ld pages fork works or not: %d",
               left, status);
    }
    expect(status_of(fork_with_pages_left, (void *)100) == 0, "fork works with 100 pages");
}

const struct test procs_tests[] = {
    TEST(preempt, BOTH, "xv6", "more spinning children than harts all run and can be killed"),
    TEST(exitwait, 0, "xv6", "wait gives the pid and the exit status of each child"),
    TEST(reparent, 0, "xv6", "orphans go to init, their grandparent never waits for them"),
    TEST(reparent2, 0, "xv6, labs 6", "parents and children exit at the same time, in every order"),
    TEST(twochildren, 0, "xv6", "two children that exit at once are both found"),
    TEST(forkfork, 0, "xv6", "four processes fork at the same time"),
    TEST(forkforkfork, ALONE, "xv6", "a fork bomb can be stopped, and all of it ends"),
    TEST(forktest, ALONE, "xv6",
         "fork fails below 1000 processes, with EAGAIN at NPROC_GROUP, and works again after"),
    TEST(fork_bomb_ends, ALONE, "labs 30",
         "a bomb that waits for its children ends by itself when fork fails"),
    TEST(mem, ALONE, "xv6",
         "malloc fails when memory is gone, all blocks keep their bytes, and it works again"),
    TEST(fork_shares_offsets, 0, "", "parent and child share a file's offset, not its descriptor"),
    TEST(fork_copies_directory, 0, "",
         "a child begins in its parent's directory and leaves it alone"),
    TEST(fork_without_memory, ALONE, "labs 5",
         "fork with few pages left works or fails with ENOMEM, and loses nothing"),
    TEST(exit_status_whole, 0, "", "all 32 bits of an exit status reach the parent"),
    TEST(wait_without_children, 0, "",
         "wait and waitpid fail with ECHILD for none, strangers and those waited for"),
    TEST(waitpid_picks, 0, "", "waitpid finds the child it is asked for, in any order"),
    TEST(waitpid_nohang, 0, "", "WNOHANG gives 0 while the child runs; other flags are EINVAL"),
    TEST(wait_bad_pointer, BOTH, "",
         "wait with a bad pointer fails with EFAULT and keeps the child"),
    TEST(wait_takes_null, 0, "", "wait(0) finds the child without its status"),
    TEST(orphans_go_to_init, 0, "", "getppid of an orphan is 1, and init waits for it"),
    TEST(zombies_go_to_init, 0, "", "init is told of children that ended before their parent did"),
    TEST(mode_inherited, 0, "",
         "isolated or shared: a child has its parent's mode, and exec keeps it"),
    TEST(exits_of_three_generations, 0, "known 19, labs 6",
         "three generations exit together while others look on"),
    TEST(deep_family, 0, "", "forty generations end one after the other, the last one first"),
    TEST(pids_are_fresh, 0, "", "a new pid is positive, none that is in use, and the next one"),
    TEST(pid_space, SLOW | ALONE, "known 14",
         "pids begin anew below 32768 and skip processes and groups that live"),
    TEST(pause_lasts, ALONE, "", "pause lasts as many ticks as asked for, and not much longer"),
    TEST(uptime_and_clock, ALONE, "", "a tick is 10 ms by the machine's clock, which goes forward"),
    TEST(sleepers_wake_in_order, ALONE, "", "those who pause wake in the order of their deadlines"),
    TEST(many_sleepers, 0, "", "fifty processes that pause for the same time all wake"),
    TEST(wakeups_are_prompt, ALONE, "labs 11",
         "a wakeup of a process on an idle hart does not wait for the next tick"),
    TEST(getpid_is_ones_own, BOTH, "labs 10",
         "processes that move between harts always find themselves"),
    TEST(procinfo_of_oneself, 0, "",
         "procinfo tells pid, parent, group, state, mode, size and name"),
    TEST(procinfo_of_children, 0, "", "procinfo tells sleeping, running and ended children apart"),
    TEST(procinfo_walks_all, 0, "",
         "procinfo finds all processes by ascending pid, then ESRCH; EFAULT"),
    TEST(sysinfo_counts, ALONE, "", "sysinfo counts processes, files, pipes and inodes exactly"),
    TEST(trace_changes_nothing, 0, "", "traced calls, a child's too, return what they always do"),
    TEST(poweroff_status_range, 0, "", "poweroff refuses a status outside 0..127"),
    END_OF_TESTS,
};
