// Pipes: what a read and a write do in each state of the pipe, within one process; what several
// processes do is in pipes_flow.c.
#include "user/tests/usertests/pipes.h"
#include "user/tests/usertests/procs_help.h"

static char buf[2 * PIPESIZE];

static int close_both(int ends[2]) { return close(ends[0]) + close(ends[1]); }

static void expect_error(int result, int error, const char *what)
{
    expect(result == -1 && errno == error, "%s: %s, not %d", what, strerror(error), result);
}

static uint64 unread(int fd)
{
    struct stat st;
    expect(fstat(fd, &st) == 0 && st.type == T_PIPE, "fstat of a pipe");
    return st.size;
}

static void pipe_keeps_order(void)
{
    int ends[2];
    must_pipe(ends);
    expect(write(ends[1], "abc", 3) == 3 && write(ends[1], "defgh", 5) == 5, "writes");
    expect(read(ends[0], buf, 4) == 4 && memcmp(buf, "abcd", 4) == 0, "a read may cross writes");
    expect(read(ends[0], buf, 100) == 4 && memcmp(buf, "efgh", 4) == 0,
           "it takes what is there and does not wait");
}

static void pipe_capacity(void)
{
    int ends[2];
    must_pipe(ends);
    memset(buf, 'p', PIPESIZE);
    expect(write(ends[1], buf, PIPESIZE) == PIPESIZE && unread(ends[0]) == PIPESIZE,
           "PIPESIZE bytes fit");
    int pid = must_fork();
    if (pid == 0)
        exit(write(ends[1], "+", 1) != 1);
    wait_asleep(pid);
    expect(unread(ends[0]) == PIPESIZE, "one more waits");
    expect(read_byte(ends[0]) == 'p', "a byte is read");
    expect_status(pid, 0);
    expect(unread(ends[0]) == PIPESIZE, "then it is in");
    expect(read(ends[0], buf, sizeof(buf)) == PIPESIZE && buf[PIPESIZE - 1] == '+',
           "all can be read at once");
}

// Odd amounts, so that the ring's end falls at many places of them.
static void pipe_wraps(void)
{
    int ends[2], in = 0, from = 0;
    must_pipe(ends);
    for (int i = 1; from < 5 * PIPESIZE; i++) {
        int n = i * 37 % 5000 + 1;
        for (int j = 0; j < n; j++)
            buf[j] = (in + j) * 31 >> 3;
        if (in - from + n <= PIPESIZE) {
            expect(write(ends[1], buf, n) == n, "write of %d", n);
            in += n;
            continue;
        }
        memset(buf, 0, n);
        expect(read(ends[0], buf, n) == n, "read of %d", n);
        for (int j = 0; j < n; j++)
            expect(buf[j] == (char)((from + j) * 31 >> 3), "byte %d", from + j);
        from += n;
    }
}

static void pipe_end_of_file(void)
{
    int ends[2];
    must_pipe(ends);
    int second = dup(ends[1]);
    expect(second >= 0 && write(ends[1], "ab", 2) == 2, "a second writer");
    close(ends[1]);
    expect(write(second, "c", 1) == 1, "it goes on");
    close(second);
    expect(read(ends[0], buf, 100) == 3 && memcmp(buf, "abc", 3) == 0, "what is left comes first");
    expect_end_of_file(ends[0]);
    expect_end_of_file(ends[0]);
}

static void pipe_no_reader(void)
{
    int ends[2];
    must_pipe(ends);
    int second = dup(ends[0]);
    close(ends[0]);
    expect(write(ends[1], "a", 1) == 1, "a second reader is left");
    close(second);
    expect_error(write(ends[1], "b", 1), EPIPE, "nobody is left");
    expect_error(write(ends[1], buf, sizeof(buf)), EPIPE, "nor for much");
    expect(write(ends[1], buf, 0) == 0, "nothing can be written");
}

static void pipe_zero_bytes(void)
{
    int ends[2];
    must_pipe(ends);
    expect(read(ends[0], buf, 0) == 0 && write(ends[1], buf, 0) == 0,
           "0 bytes from and to an empty pipe");
    expect(write(ends[1], "x", 1) == 1, "write");
    expect(read(ends[0], buf, 0) == 0 && read_byte(ends[0]) == 'x', "0 bytes leave what is there");
    expect_error(read(ends[0], buf, -1), EINVAL, "read of -1 bytes");
    expect_error(write(ends[1], buf, -1), EINVAL, "write of -1 bytes");
    expect_error(read(ends[0], buf, 1 << 31), EINVAL, "read of INT_MIN bytes");
}

static void pipe_keeps_bytes(void)
{
    int ends[2];
    char *last = sbrk(PGSIZE) + PGSIZE - 4;
    must_pipe(ends);
    expect(write(ends[1], "12345678", 8) == 8, "write");
    expect_error(read(ends[0], (void *)MAXVA, 8), EFAULT, "read to a bad address");
    expect_error(read(ends[0], (void *)pipe_keeps_bytes, 1), EFAULT, "read to the program's text");
    expect_error(read(ends[0], 0, 8), EFAULT, "read to 0");
    expect(unread(ends[0]) == 8, "nothing is lost");
    expect(read(ends[0], last, 8) == 4 && memcmp(last, "1234", 4) == 0, "what there is room for");
    expect(read(ends[0], buf, 8) == 4 && memcmp(buf, "5678", 4) == 0, "the rest stays");
}

static void pipe_bad_source(void)
{
    int ends[2];
    char *last = sbrk(PGSIZE) + PGSIZE - 4;
    must_pipe(ends);
    expect_error(write(ends[1], (void *)MAXVA, 8), EFAULT, "write from a bad address");
    expect_error(write(ends[1], last + 4, 1), EFAULT, "write from behind the heap");
    expect(unread(ends[0]) == 0, "nothing is in the pipe");
    memcpy(last, "abcd", 4);
    expect(write(ends[1], last, 8) == 4, "what could be read is written");
    expect(read(ends[0], buf, 8) == 4 && memcmp(buf, "abcd", 4) == 0, "and no more");
}

static void pipe_across_pages(void)
{
    int ends[2];
    char *base = sbrk(8 * PGSIZE) + PGSIZE;
    must_pipe(ends);
    for (int i = -2; i <= 2; i++) {
        int n = 3 * PGSIZE + 1;
        for (int j = 0; j < n; j++)
            base[i + j] = j % 251;
        expect(write(ends[1], base + i, n) == n, "write");
        memset(base + i, 0xee, n);
        expect(read(ends[0], base - i, n) == n, "read");
        for (int j = 0; j < n; j++)
            expect(base[j - i] == (char)(j % 251), "byte %d at offset %d", j, i);
    }
}

static void pipe_bad_result(void)
{
    struct sysinfo before, after;
    int lowest = dup(0), *edge = (int *)(sbrk(PGSIZE) + PGSIZE) - 1;
    close(lowest);
    sysinfo(&before);
    expect_error(pipe((int *)MAXVA), EFAULT, "pipe to a bad address");
    expect_error(pipe((int *)pipe_bad_result), EFAULT, "pipe to the program's text");
    expect_error(pipe(edge), EFAULT, "pipe across the end of the heap");
    sysinfo(&after);
    expect(after.pipes == before.pipes && after.files == before.files, "no pipe is left");
    expect(dup(0) == lowest, "no descriptor is left");
    close(lowest);
}

// With one free descriptor, and with none.
static void pipe_without_descriptors(void)
{
    struct sysinfo before, after;
    int ends[2] = {-7, -7}, last = -1, fd;
    while ((fd = dup(0)) >= 0)
        last = fd;
    expect(errno == EMFILE && last == NOFILE - 1, "EMFILE after %d", last);
    sysinfo(&before);
    expect_error(pipe(ends), EMFILE, "none is left");
    close(last);
    expect_error(pipe(ends), EMFILE, "one is left");
    sysinfo(&after);
    expect(after.pipes == before.pipes && after.files == before.files, "no pipe is left");
    expect(ends[0] == -7 && ends[1] == -7, "nothing is told");
    close(last - 1);
    expect(pipe(ends) == 0 && ends[0] == last - 1 && ends[1] == last, "two are enough: %d, %d",
           ends[0], ends[1]);
}

static void pipe_is_no_file(void)
{
    struct stat st;
    int ends[2];
    must_pipe(ends);
    write(ends[1], "abc", 3);
    memset(&st, 0xff, sizeof(st));
    for (int i = 0; i < 2; i++) {
        expect(fstat(ends[i], &st) == 0 && st.type == T_PIPE && st.size == 3 && st.nlink == 1,
               "fstat");
        expect_error(lseek(ends[i], 0, SEEK_CUR), ESPIPE, "lseek");
        expect_error(fsync(ends[i]), EINVAL, "fsync");
    }
    expect_error(ftruncate(ends[1], 0), EINVAL, "ftruncate of the writing end");
    expect_error(ftruncate(ends[0], 0), EBADF, "ftruncate of the reading end");
    expect_error(read(ends[1], buf, 1), EBADF, "read from the writing end");
    expect_error(write(ends[0], buf, 1), EBADF, "write to the reading end");
    expect_error(fstat(ends[0], (struct stat *)MAXVA), EFAULT, "fstat to a bad address");
}

// As many as one process may have: each keeps its own bytes.
static void pipes_side_by_side(void)
{
    static int ends[NOFILE][2];
    int n = 0;
    while (n < NOFILE && pipe(ends[n]) == 0) {
        memset(buf, 'A' + n, 100);
        expect(write(ends[n][1], buf, 100) == 100, "write to pipe %d", n);
        n++;
    }
    expect(n > 10, "many pipes, not %d", n);
    for (int i = 0; i < n; i++) {
        expect(read(ends[i][0], buf, sizeof(buf)) == 100, "read from pipe %d", i);
        for (int j = 0; j < 100; j++)
            expect(buf[j] == 'A' + i, "byte %d of pipe %d", j, i);
    }
}

// In either order, empty, with bytes and full.
static void pipes_given_back(void)
{
    struct sysinfo before, after;
    int ends[2];
    sysinfo(&before);
    for (int i = 0; i < 60; i++) {
        static const int sizes[] = {0, 1, PGSIZE, PGSIZE + 1, PIPESIZE};
        must_pipe(ends);
        expect(write(ends[1], buf, sizes[i % 5]) == sizes[i % 5], "write");
        if (i % 2)
            close(ends[1]), close(ends[0]);
        else
            close_both(ends);
    }
    sysinfo(&after);
    expect(after.pipes == before.pipes && after.files == before.files, "pipes and files as before");
    expect(after.freemem + 20 * PGSIZE > before.freemem, "their pages are given back");
}

const struct test pipes_tests[] = {
    TEST(pipe1, BOTH, "xv6",
         "5165 bytes pass in order from a process to another, with growing reads"),
    TEST(pipe_keeps_order, 0, "",
         "a read takes what is there, in order, and does not wait for more"),
    TEST(pipe_capacity, 0, "", "exactly PIPESIZE bytes fit; one more waits for a read"),
    TEST(pipe_wraps, 0, "", "bytes are right wherever the ring's end falls"),
    TEST(pipe_end_of_file, 0, "", "end of file comes after the last byte and the last writer"),
    TEST(pipe_no_reader, 0, "", "EPIPE when the last reader has closed, not before, and no kill"),
    TEST(pipe_zero_bytes, 0, "known 5, known 4",
         "0 bytes never wait and are no end of file; negative counts are EINVAL"),
    TEST(pipe_keeps_bytes, BOTH, "labs 15",
         "a read to a bad address fails with EFAULT and loses no byte"),
    TEST(pipe_bad_source, BOTH, "",
         "a write from a bad address passes what is good, or fails with EFAULT"),
    TEST(pipe_across_pages, BOTH, "", "buffers that lie across page edges pass whole"),
    TEST(pipe_bad_result, BOTH | ALONE, "",
         "pipe to a bad address is EFAULT and leaves no descriptor, file or pipe"),
    TEST(pipe_without_descriptors, ALONE, "",
         "pipe with one or no free descriptor is EMFILE and leaves nothing"),
    TEST(pipe_is_no_file, 0, "",
         "fstat tells of a pipe; lseek is ESPIPE; each end has its direction"),
    TEST(pipes_side_by_side, 0, "", "all pipes that one process may have keep their own bytes"),
    TEST(pipes_given_back, ALONE, "",
         "closed pipes, with bytes in them or not, give back all they took"),
    TEST(pipe_random_sizes, BOTH, "", "writes and reads of random sizes pass every byte, in order"),
    TEST(pipe_lines_not_mixed, 0, "", "short lines of four writers are never mixed"),
    TEST(pipe_large_writes_not_mixed, 0, "", "writes larger than the pipe are not mixed either"),
    TEST(pipe_shared_by_readers, 0, "", "each byte reaches exactly one of several readers"),
    TEST(pipe_chain, 0, "", "bytes pass through a chain of processes"),
    TEST(pipe_wakes_reader, 0, "", "a write, and the last close, wake a reader that waits"),
    TEST(pipe_wakes_writer, 0, "",
         "a read wakes a writer that waits for room; its write returns when all is in"),
    TEST(pipe_writer_sees_end, 0, "",
         "a writer that waits is told how much passed when the last reader closes"),
    TEST(pipe_exit_closes, 0, "", "the end of a process closes its ends, killed or not"),
    TEST(pipe_after_killed_reader, 0, "labs 15", "a killed reader takes no byte with it"),
    TEST(files_until_none, ALONE, "",
         "open files run out with ENFILE, a pipe with room for one leaves nothing"),
    TEST(pipe_without_memory, ALONE, "", "a write that finds no memory is ENOMEM, and works later"),
    END_OF_TESTS,
};
