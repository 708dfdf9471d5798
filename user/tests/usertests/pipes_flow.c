// Pipes between processes: when a reader or a writer waits, and what arrives.
#include "user/tests/usertests/pipes.h"
#include "user/tests/usertests/procs_help.h"

static char buf[3 * PIPESIZE];

// 5 writes of 1033 bytes, each byte the next number.
#define WRITES 5
#define LENGTH 1033

static void write_numbers(void *arg)
{
    int *ends = arg, seq = 0;
    close(ends[0]);
    for (int i = 0; i < WRITES; i++) {
        for (int j = 0; j < LENGTH; j++)
            buf[j] = seq++;
        expect(write(ends[1], buf, LENGTH) == LENGTH, "write %d", i);
    }
}

void pipe1(void)
{
    int ends[2], n, total = 0, size = 1;
    must_pipe(ends);
    int pid = start_child(write_numbers, ends);
    close(ends[1]);
    while ((n = read(ends[0], buf, size)) > 0) {
        for (int i = 0; i < n; i++, total++)
            expect(buf[i] == (char)total, "byte %d is %d", total, buf[i]);
        size = size * 2 < (int)sizeof(buf) ? size * 2 : (int)sizeof(buf);
    }
    expect(n == 0 && total == WRITES * LENGTH, "%d bytes, not %d", WRITES * LENGTH, total);
    expect_status(pid, 0);
    close(ends[0]);
}

#define RANDOM_TOTAL 200000

static char random_byte(uint64 at) { return at * 0x9e3779b97f4a7c15UL >> 56; }

static void write_at_random(void *arg)
{
    int *ends = arg, done = 0;
    close(ends[0]);
    srand(1);
    while (done < RANDOM_TOTAL) {
        int n = rand() % (rand() % 4 ? 300 : 2 * PIPESIZE) + 1;
        for (int i = 0; i < n; i++)
            buf[i] = random_byte(done + i);
        expect(write(ends[1], buf, n) == n, "a write of %d", n);
        done += n;
    }
}

void pipe_random_sizes(void)
{
    int ends[2], n, done = 0;
    must_pipe(ends);
    int pid = start_child(write_at_random, ends);
    close(ends[1]);
    srand(2);
    while ((n = read(ends[0], buf, rand() % (rand() % 4 ? 500 : PIPESIZE) + 1)) > 0)
        for (int i = 0; i < n; i++, done++)
            expect(buf[i] == random_byte(done), "byte %d", done);
    expect(done >= RANDOM_TOTAL, "all bytes, not %d", done);
    expect_status(pid, 0);
    close(ends[0]);
}

// Writers of lines: each byte of a line is its writer's letter, but the newline.
static void write_lines(int fd, char letter, int length, int lines)
{
    memset(buf, letter, length - 1);
    buf[length - 1] = '\n';
    for (int i = 0; i < lines; i++)
        expect(write(fd, buf, length) == length, "a line");
    exit(0);
}

static void expect_lines(int length, int lines)
{
    int ends[2], seen[4] = {0};
    must_pipe(ends);
    for (int i = 0; i < 4; i++)
        if (must_fork() == 0)
            write_lines(ends[1], 'a' + i, length, lines);
    close(ends[1]);
    for (int i = 0; i < 4 * lines; i++) {
        expect(read_all(ends[0], buf, length) == length, "line %d", i);
        expect(buf[0] >= 'a' && buf[0] <= 'd' && buf[length - 1] == '\n',
               "it begins and ends as a line");
        for (int j = 1; j < length - 1; j++)
            expect(buf[j] == buf[0], "byte %d of line %d is its writer's", j, i);
        seen[buf[0] - 'a']++;
    }
    expect_end_of_file(ends[0]);
    expect(seen[0] == lines && seen[1] == lines && seen[2] == lines && seen[3] == lines,
           "of each writer all lines");
    expect_children(4);
    close(ends[0]);
}

void pipe_lines_not_mixed(void) { expect_lines(40, 500); }

void pipe_large_writes_not_mixed(void) { expect_lines(PIPESIZE + 1000, 5); }

// Numbers go in, several readers add up what they get.
static void add_up(void *arg)
{
    int *ends = arg, n;
    uint sum = 0;
    uchar byte[7];
    close(ends[1]);
    while ((n = read(ends[0], byte, sizeof(byte))) > 0)
        for (int i = 0; i < n; i++)
            sum += byte[i];
    exit(n < 0 ? -1 : (int)sum);
}

void pipe_shared_by_readers(void)
{
    int ends[2], wanted = 0, sum = 0;
    must_pipe(ends);
    for (int i = 0; i < 3; i++)
        start_child(add_up, ends);
    close(ends[0]);
    for (int i = 0; i < 5000; i += 50) {
        for (int j = 0; j < 50; j++) {
            buf[j] = i + j * 7;
            wanted += (uchar)buf[j];
        }
        expect(write(ends[1], buf, 50) == 50, "write");
    }
    close(ends[1]);
    for (int i = 0; i < 3; i++) {
        int status;
        expect(wait(&status) > 0 && status >= 0, "reader %d", i);
        sum += status;
    }
    expect(sum == wanted, "all readers together get %d, not %d", wanted, sum);
}

static void copy_bytes(int from, int to)
{
    int n;
    while ((n = read(from, buf, 1000)) > 0)
        expect(write_all(to, buf, n) == 0, "pass on");
    exit(n < 0);
}

void pipe_chain(void)
{
    int first[2], ends[2], last, total = 0, n;
    must_pipe(first);
    last = first[0];
    for (int i = 0; i < 8; i++, last = ends[0]) {
        must_pipe(ends);
        if (must_fork() == 0) {
            close(first[1]);
            close(ends[0]);
            copy_bytes(last, ends[1]);
        }
        close(last);
        close(ends[1]);
    }
    for (int i = 0; i < 10000; i++)
        buf[i] = random_byte(i);
    expect(write_all(first[1], buf, 10000) == 0, "write");
    close(first[1]);
    while ((n = read(last, buf, 777)) > 0)
        for (int i = 0; i < n; i++, total++)
            expect(buf[i] == random_byte(total), "byte %d", total);
    expect(total == 10000, "all bytes, not %d", total);
    expect_children(8);
    close(last);
}

static void read_two_and_end(void *arg)
{
    int *ends = arg;
    close(ends[1]);
    exit(read_byte(ends[0]) != 'x' || read_byte(ends[0]) != 'y' || read(ends[0], buf, 1) != 0);
}

void pipe_wakes_reader(void)
{
    int ends[2];
    must_pipe(ends);
    int pid = start_child(read_two_and_end, ends);
    wait_asleep(pid);
    expect(write(ends[1], "x", 1) == 1, "write");
    wait_asleep(pid);
    expect(write(ends[1], "y", 1) == 1, "write");
    wait_asleep(pid);
    close(ends[1]);
    expect_status(pid, 0);
    close(ends[0]);
}

static void write_much(void *arg)
{
    int *ends = arg;
    close(ends[0]);
    memset(buf, 'm', sizeof(buf));
    int n = write(ends[1], buf, sizeof(buf));
    exit(n > 0 ? n : -errno);
}

void pipe_wakes_writer(void)
{
    int ends[2], n = 0;
    must_pipe(ends);
    int pid = start_child(write_much, ends);
    wait_asleep(pid);
    while (n < (int)sizeof(buf) - PIPESIZE - 1) {
        expect(state_of(pid) != PS_ZOMBIE, "the writer waits until all is in");
        int r = read(ends[0], buf, sizeof(buf) - PIPESIZE - 1 - n);
        expect(r > 0, "read");
        n += r;
    }
    wait_asleep(pid);
    expect(read_byte(ends[0]) == 'm', "the byte that makes room for the last one");
    expect_status(pid, sizeof(buf));
    close(ends[1]);
    expect(read_all(ends[0], buf, sizeof(buf)) == PIPESIZE, "the rest");
    close(ends[0]);
}

// Which is PIPESIZE, and what was read and made room.
void pipe_writer_sees_end(void)
{
    int ends[2], status, pid;
    must_pipe(ends);
    pid = start_child(write_much, ends);
    wait_asleep(pid);
    expect(read_all(ends[0], buf, 100) == 100, "read");
    wait_asleep(pid);
    close(ends[0]);
    expect(waitpid(pid, &status, 0) == pid && status == PIPESIZE + 100, "PIPESIZE + 100, not %d",
           status);
    close(ends[1]);
    must_pipe(ends);
    if ((pid = must_fork()) == 0) {
        read_byte(ends[0]);
        write_much(ends);
    }
    close(ends[0]);
    write(ends[1], "x", 1);
    expect(waitpid(pid, &status, 0) == pid && status == -EPIPE, "EPIPE if nothing passed, not %d",
           status);
    close(ends[1]);
}

static void hold_pipe(void *arg)
{
    int *how = arg;
    if (*how)
        sleep_on(0);
}

void pipe_exit_closes(void)
{
    for (int how = 0; how < 20; how++) {
        int ends[2], kind = how % 2, n = 0;
        must_pipe(ends);
        int pid = start_child(hold_pipe, &kind);
        close(ends[1]);
        if (kind)
            expect(kill(pid) == 0, "kill");
        expect_end_of_file(ends[0]);
        close(ends[0]);
        expect(waitpid(pid, &n, 0) == pid && n == (kind ? -1 : 0), "status %d", n);
    }
}

void pipe_after_killed_reader(void)
{
    for (int i = 0; i < 5; i++) {
        int ends[2];
        must_pipe(ends);
        int victim = start_child(read_two_and_end, ends);
        wait_asleep(victim);
        expect_killed(victim);
        expect(write(ends[1], "xy", 2) == 2, "write");
        close(ends[1]);
        expect(read(ends[0], buf, 10) == 2 && memcmp(buf, "xy", 2) == 0, "both bytes are there");
        close(ends[0]);
    }
}

// Children that take open files, by pipes, until there are none: the last says so and tries with
// one. *told: a pipe that each writes a byte to, 'f' for full.
static void take_files(int told, int gate)
{
    char c = 'm';
    int ends[2];
    while (pipe(ends) == 0)
        ;
    if (errno == ENFILE)
        c = 'f';
    write(told, &c, 1);
    read(gate, &c, 1);
    exit(0);
}

void files_until_none(void)
{
    int told[2], gate[2], ends[2], n = 0;
    char c = 0;
    must_pipe(told);
    must_pipe(gate);
    while (c != 'f' && n < NFILE / (NOFILE / 2)) {
        if (must_fork() == 0) {
            close(gate[1]);
            take_files(told[1], gate[0]);
        }
        n++;
        c = read_byte(told[0]);
    }
    expect(c == 'f', "open files run out");
    expect(pipe(ends) == -1 && errno == ENFILE, "ENFILE for a pipe");
    int fd = open("/null", O_RDONLY);
    expect(fd >= 0 || errno == ENFILE, "a file, or ENFILE");
    expect(pipe(ends) == -1 && errno == ENFILE, "ENFILE for a pipe with one more taken");
    expect(open("/null", O_RDONLY) == -1 && errno == ENFILE, "ENFILE for a file");
    close(fd);
    close(gate[1]);
    expect_children(n);
    expect(pipe(ends) == 0, "pipe works again");
}

static void write_without_memory(void *arg)
{
    int ends[2];
    (void)arg;
    must_pipe(ends);
    expect(write(ends[1], buf, 10) == 10, "the first page is there");
    take_memory(0);
    int n = write(ends[1], buf, PIPESIZE - 10);
    expect(n == PGSIZE - 10, "only the page that was there can be filled, not %d", n);
    expect(write(ends[1], buf, 1) == -1 && errno == ENOMEM, "then ENOMEM");
    sys_sbrk(-100 * PGSIZE, SBRK_EAGER);
    expect(write(ends[1], buf, PIPESIZE - PGSIZE) == PIPESIZE - PGSIZE, "with memory it goes on");
    exit(0);
}

void pipe_without_memory(void) { expect(status_of(write_without_memory, 0) == 0, "child"); }
