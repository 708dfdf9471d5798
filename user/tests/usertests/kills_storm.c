// Processes are killed at many different moments of what they do.
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/kills.h"
#include "user/tests/usertests/procs_help.h"

// Lets some microseconds pass, others each round.
static void dawdle(int round)
{
    for (int i = 0; i < round % 16 * 8; i++)
        getpid();
}

static void sleep_in_turns(void *arg)
{
    int *ends = arg;
    char c;
    if (ends)
        read(ends[0], &c, 1);
    sleep_on(0);
}

void kill_meets_sleep(void)
{
    int ends[2];
    must_pipe(ends);
    for (int i = 0; i < 150; i++) {
        int pid = start_child(sleep_in_turns, i % 2 ? ends : 0);
        dawdle(i);
        expect_killed(pid);
    }
}

// Has forty children, which stay.
static void have_children(void)
{
    for (int i = 0; i < 40; i++)
        if (fork() == 0)
            break;
    sleep_on(0);
}

// Members of a group that have not ended.
static int alive_in(int group)
{
    struct procinfo info;
    int alive = 0;
    for (int pid = 0; (pid = procinfo(pid + 1, &info)) > 0;)
        alive += info.pgid == group && info.state != PS_ZOMBIE;
    return alive;
}

void kill_during_fork(void)
{
    for (int i = 0; i < 30; i++) {
        int ends[2], pid;
        must_pipe(ends);
        if ((pid = must_fork()) == 0) {
            setpgid(0, 0);
            write(ends[1], "x", 1);
            have_children();
        }
        read_byte(ends[0]);
        dawdle(i);
        expect(kill(-pid) == 0, "the group is killed");
        expect_status(pid, -1);
        for (int j = 0; j < 100 && alive_in(pid) > 0; j++)
            pause(1);
        int alive = alive_in(pid);
        kill(-pid);
        expect(alive == 0, "none of the group lives on, not %d", alive);
        close(ends[0]);
        close(ends[1]);
    }
}

static void exec_loop(void *arg)
{
    char *argv[] = {"loop", 0};
    (void)arg;
    exec("loop", argv);
    exit(1);
}

void kill_during_exec(void)
{
    program_write("loop", code_exec_loop, code_exec_loop_end);
    for (int i = 0; i < 30; i++) {
        int pid = start_child(exec_loop, 0);
        dawdle(i * 3);
        if (i % 10 == 0)
            pause(1);
        expect_killed(pid);
    }
    unlink("loop");
}

static void kill_until_gone(void *arg)
{
    while (kill((long)arg) == 0)
        ;
    exit(errno != ESRCH);
}

void kill_by_many(void)
{
    for (int i = 0; i < 10; i++) {
        int status, killer[3], victim = start_child(sleep_on, 0);
        for (int j = 0; j < 3; j++)
            killer[j] = start_child(kill_until_gone, (void *)(long)victim);
        expect(waitpid(victim, &status, 0) == victim && status == -1, "the victim ends");
        for (int j = 0; j < 3; j++)
            expect_status(killer[j], 0);
    }
}

#define RECORD  1000
#define RECORDS 400

// Record i of the file is RECORD times this byte.
static int record_byte(int i) { return 'a' + i % 26; }

static void write_records(void *arg)
{
    static char record[RECORD];
    int *ends = arg;
    int fd = open("file", O_CREATE | O_TRUNC | O_WRONLY);
    write(ends[1], "x", 1);
    for (int i = 0; i < RECORDS; i++) {
        memset(record, record_byte(i), RECORD);
        write(fd, record, RECORD);
    }
    sleep_on(0);
}

static void check_records(void)
{
    static char record[RECORD];
    struct stat st;
    int n, fd = open("file", O_RDONLY);
    long total = 0;
    expect(fd >= 0 && fstat(fd, &st) == 0, "the file is there");
    for (int i = 0; (n = read(fd, record, RECORD)) > 0; i++, total += n)
        for (int j = 0; j < n; j++)
            expect(record[j] == record_byte(i), "byte %d of record %d is %d", j, i, record[j]);
    expect(n == 0 && total == (long)st.size, "all %lu bytes can be read, not %ld", st.size, total);
    expect(total % RECORD == 0, "a write is done or not: %ld bytes", total);
    close(fd);
}

void killed_while_writing(void)
{
    int ends[2];
    must_pipe(ends);
    for (int i = 0; i < 12; i++) {
        int pid = start_child(write_records, ends);
        read_byte(ends[0]);
        dawdle(i * 7);
        expect_killed(pid);
        check_records();
        expect(unlink("file") == 0, "unlink");
    }
}

static void change_names(void *arg)
{
    (void)arg;
    for (;;) {
        mkdir("d");
        close(open("d/f", O_CREATE | O_RDWR));
        link("d/f", "d/g");
        rename("d/g", "d/h");
        unlink("d/h");
        unlink("d/f");
        unlink("d");
    }
}

void killed_while_walking(void)
{
    for (int i = 0; i < 15; i++) {
        int a = start_child(change_names, 0), b = start_child(change_names, 0);
        dawdle(i * 11);
        expect_killed(a);
        expect_killed(b);
    }
    unlink("d/f");
    unlink("d/g");
    unlink("d/h");
    unlink("d");
    expect(mkdir("d") == 0 && unlink("d") == 0, "the directory can be made and removed");
}
