// A process is killed while it does different things: it ends with status -1, and no other process
// ends.
#include "user/tests/usertests/kills.h"
#include "user/tests/usertests/procs_help.h"

static void call_getpid(void *arg)
{
    (void)arg;
    for (;;)
        getpid();
}

static void killstatus(void)
{
    for (int i = 0; i < 50; i++)
        expect_killed(start_child(call_getpid, 0));
    int pid = start_child(call_getpid, 0);
    pause(2);
    expect_killed(pid);
}

static void kill_spinning(void)
{
    int pid = start_child(spin_on, 0);
    pause(2);
    expect_killed(pid);
}

static void kill_paused(void)
{
    int pid = start_child(sleep_on, 0);
    wait_asleep(pid);
    expect_killed(pid);
}

static void read_pipe(void *arg)
{
    int *ends = arg;
    char c;
    exit(10 + read(ends[0], &c, 1));
}

static void kill_reading_pipe(void)
{
    int ends[2];
    must_pipe(ends);
    int pid = start_child(read_pipe, ends);
    wait_asleep(pid);
    expect_killed(pid);
    expect(write(ends[1], "a", 1) == 1 && read_byte(ends[0]) == 'a', "the pipe still works");
}

static void fill_pipe(void *arg)
{
    int *ends = arg;
    static char buf[2 * PIPESIZE];
    exit(10 + (write(ends[1], buf, sizeof(buf)) > 0));
}

static void kill_writing_pipe(void)
{
    static char buf[PIPESIZE];
    int ends[2];
    must_pipe(ends);
    int pid = start_child(fill_pipe, ends);
    wait_asleep(pid);
    expect_killed(pid);
    close(ends[1]);
    expect(read_all(ends[0], buf, PIPESIZE) == PIPESIZE, "what it wrote stays");
    expect_end_of_file(ends[0]);
}

// Two readers of one pipe: one owns its end, the other waits for that.
static void kill_waiting_for_pipe_end(void)
{
    int ends[2];
    must_pipe(ends);
    int owner = start_child(read_pipe, ends);
    wait_asleep(owner);
    int second = start_child(read_pipe, ends), third = start_child(read_pipe, ends);
    wait_asleep(second);
    wait_asleep(third);
    expect_killed(second);
    expect(state_of(owner) == PS_SLEEPING && state_of(third) == PS_SLEEPING, "the others sleep on");
    expect_killed(owner);
    expect(write(ends[1], "x", 1) == 1, "write");
    expect_status(third, 11);
}

static void read_console(void *arg)
{
    char c;
    (void)arg;
    int fd = open("/console", O_RDONLY);
    expect(fd >= 0, "open /console");
    for (;;)
        read(fd, &c, 1);
}

// The test's group, which is not that of usertests, gets the console for so long. In the background
// it does not, and nobody there waits for the keyboard.
static void kill_reading_console(void)
{
    struct procinfo above;
    int console = open("/console", O_RDWR);
    expect(console >= 0 && procinfo(getppid(), &above) == getppid(),
           "the console, and the group of usertests");
    if (tcsetpgrp(console, 0) == 0) {
        int pid = start_child(read_console, 0);
        wait_asleep(pid);
        expect_killed(pid);
        expect(tcsetpgrp(console, above.pgid) == 0, "the console goes back");
    }
    close(console);
}

// The child's own child goes on, with init as its parent, until the pipe is closed.
static void kill_waiting_parent(void)
{
    int gate[2], answer[2], pid;
    must_pipe(gate);
    must_pipe(answer);
    if ((pid = must_fork()) == 0) {
        if (must_fork() == 0) {
            read_byte(gate[0]);
            exit(write(answer[1], getppid() == 1 ? "1" : "?", 1) != 1);
        }
        wait(0);
        exit(0);
    }
    wait_asleep(pid);
    expect_killed(pid);
    expect(write(gate[1], "x", 1) == 1 && read_byte(answer[0]) == '1',
           "its child lives on with parent 1");
    close(answer[1]);
    expect_end_of_file(answer[0]);
}

static void kill_zombie(void)
{
    int pid = must_fork();
    if (pid == 0)
        exit(42);
    wait_zombie(pid);
    expect(kill(pid) == 0, "a zombie can be killed");
    expect_status(pid, 42);
    expect(kill(pid) == -1 && errno == ESRCH, "ESRCH once it is waited for");
}

static void kill_init(void)
{
    expect(kill(1) == -1 && errno == EPERM, "EPERM");
    expect(state_of(1) > 0 && state_of(1) != PS_ZOMBIE, "init lives");
}

static void kill_nobody(void)
{
    static const int nobody[] = {0, -1, 32768, 0x7fffffff, -0x7fffffff, -0x7fffffff - 1};
    for (uint i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
        expect(kill(nobody[i]) == -1 && errno == ESRCH, "kill(%d) fails with ESRCH", nobody[i]);
}

static void kill_oneself(void)
{
    int pid = must_fork();
    if (pid == 0) {
        kill(getpid());
        exit(1);
    }
    expect_status(pid, -1);
}

static void kill_self_in_pause(void *arg)
{
    (void)arg;
    kill(getppid());
}

// A killed process does not wait for, or pass on the death to, anybody.
static void kill_parent_of_caller(void)
{
    int pid = must_fork();
    if (pid == 0) {
        start_child(kill_self_in_pause, 0);
        sleep_on(0);
    }
    expect_status(pid, -1);
}

// Each in a child of its own: illegal instructions, with and without floating point in use, and
// what else no program may do. t0 points to what can be read.
#define FAULTS(X)                                                                                  \
    X(".word 0")                                                                                   \
    X("fadd.d ft0, ft0, ft0\n .word 0")                                                            \
    X("ebreak")                                                                                    \
    X("csrr t0, sstatus")                                                                          \
    X("csrw satp, zero")                                                                           \
    X("sret")                                                                                      \
    X("wfi\n csrw sip, zero")                                                                      \
    X("sfence.vma")                                                                                \
    X("jr zero")                                                                                   \
    X("li t0, -1\n srli t0, t0, 25\n jr t0")                                                       \
    X("jr sp")                                                                                     \
    X("lr.w t1, (zero)")                                                                           \
    X("amoadd.w t1, t1, (zero)")

static void fault(int which)
{
    int n = 0;
#define FAULT(text)                                                                                \
    if (n++ == which)                                                                              \
        __asm__ volatile(text ::: "t0", "t1", "ft0", "memory");
    FAULTS(FAULT)
#undef FAULT
}

#define COUNT(text) +1

static void faults_kill(void)
{
    for (int i = 0; i < 0 FAULTS(COUNT); i++) {
        int pid = must_fork();
        if (pid == 0) {
            fault(i);
            exit(1);
        }
        expect_status(pid, -1);
    }
}

const struct test kills_tests[] = {
    TEST(killstatus, BOTH, "xv6", "a killed child that makes system calls ends with status -1"),
    TEST(kill_spinning, BOTH, "", "a process that makes no system call is ended by the next tick"),
    TEST(kill_paused, 0, "", "kill ends a pause"),
    TEST(kill_reading_pipe, 0, "", "kill ends a wait for a pipe's bytes, and the pipe works on"),
    TEST(kill_writing_pipe, 0, "labs 15",
         "kill ends a wait for room in a pipe; what was written stays"),
    TEST(kill_waiting_for_pipe_end, 0, "",
         "kill ends a wait for another reader; those who remain get the bytes"),
    TEST(kill_reading_console, 0, "", "kill ends a wait for the keyboard"),
    TEST(kill_waiting_parent, 0, "", "kill ends a wait for children, which go to init and live on"),
    TEST(kill_zombie, 0, "", "kill of a zombie works and does not change its status; then ESRCH"),
    TEST(kill_init, 0, "", "init cannot be killed"),
    TEST(kill_nobody, 0, "", "kill of a number that no process has fails with ESRCH"),
    TEST(kill_oneself, 0, "", "kill(getpid()) does not return"),
    TEST(kill_parent_of_caller, 0, "", "a child can kill its parent"),
    TEST(faults_kill, BOTH, "",
         "illegal instructions, privileged ones and wild jumps kill with status -1"),
    TEST(kill_in_write, ALONE, "",
         "kill ends a write() of 2 GiB of untouched memory before all is written"),
    TEST(kill_in_read, ALONE, "", "and a read() of a large file"),
    TEST(kill_in_procmem, ALONE, "", "and a procmem_write() of many pages"),
    TEST(kill_in_fork, ALONE, "", "and the fork of a process that has many pages"),
    TEST(kill_in_truncate, ALONE, "",
         "and an ftruncate(): the file is longer than asked for, and whole"),
    TEST(kill_meets_sleep, 0, "labs 10",
         "a kill at the moment in which its victim falls asleep is not lost"),
    TEST(kill_during_fork, 0, "labs 10",
         "children that are being born are killed with their group"),
    TEST(kill_during_exec, BOTH, "",
         "a process killed in the middle of exec ends and leaves nothing"),
    TEST(kill_by_many, 0, "", "many killers of one process at once do no harm"),
    TEST(killed_while_writing, 0, "",
         "a file whose writer was killed holds what was written, whole"),
    TEST(killed_while_walking, 0, "",
         "killing processes that make and remove names leaves nothing locked"),
    END_OF_TESTS,
};
