// Descriptors: which one is given, what shares an offset, what is full.
#include "user/tests/usertests/files.h"

#include "user/tests/usertests/files_data.h"

void lowest_descriptor(void)
{
    int ends[2], first = open("/null", O_RDONLY);
    for (int i = 1; i < 8; i++)
        expect(dup(first) == first + i, "dup gives the next one");
    expect(close(first + 2) == 0 && close(first + 5) == 0 && close(first + 6) == 0, "close");
    expect(open("/null", O_RDONLY) == first + 2, "open takes the lowest");
    expect(pipe(ends) == 0 && ends[0] == first + 5 && ends[1] == first + 6, "pipe takes two");
    expect(dup(first) == first + 8, "and dup what is left");
}

static void expect_bad(int fd)
{
    struct stat st;
    expect(FAILS(read(fd, chunk, 1), EBADF), "read(%d)", fd);
    expect(FAILS(write(fd, chunk, 1), EBADF), "write(%d)", fd);
    expect(FAILS(close(fd), EBADF), "close(%d)", fd);
    expect(FAILS(dup(fd), EBADF), "dup(%d)", fd);
    expect(FAILS(dup2(fd, 1), EBADF), "dup2(%d, 1)", fd);
    expect(FAILS(fstat(fd, &st), EBADF), "fstat(%d)", fd);
    expect(FAILS(lseek(fd, 0, SEEK_SET), EBADF), "lseek(%d)", fd);
    expect(FAILS(ftruncate(fd, 0), EBADF), "ftruncate(%d)", fd);
    expect(FAILS(fsync(fd), EBADF), "fsync(%d)", fd);
}

void closed_descriptors(void)
{
    int fd = open("/null", O_RDWR);
    expect(close(fd) == 0, "close");
    expect_bad(fd);
    expect_bad(-1);
    expect_bad(NOFILE);
    expect_bad(NOFILE - 1);
    expect_bad(1 << 31);
    expect_bad(0x7fffffff);
}

// Takes all descriptors. The first one taken.
static int take_all(void)
{
    int n, first = open("/null", O_RDWR), last = first;
    while ((n = dup(first)) >= 0)
        expect(n == ++last, "dup gives the next one");
    expect(errno == EMFILE && last == NOFILE - 1, "EMFILE at NOFILE");
    return first;
}

void descriptors_full(void)
{
    struct sysinfo before, after;
    int ends[2] = {-5, -5};
    int first = take_all();
    sysinfo(&before);
    expect(FAILS(open("f", O_CREATE | O_RDWR), EMFILE), "open");
    for (int i = 0; i < 20; i++)
        expect(FAILS(pipe(ends), EMFILE) && FAILS(dup(first), EMFILE), "pipe and dup, without any");
    close(NOFILE - 1);
    for (int i = 0; i < 20; i++)
        expect(FAILS(pipe(ends), EMFILE), "pipe with one left");
    expect(ends[0] == -5 && ends[1] == -5, "pipe has told nothing");
    expect(FAILS(open("f", O_RDONLY), ENOENT), "open has created nothing");
    expect(dup(first) == NOFILE - 1, "the one that was left is still free");
    expect(dup2(first, NOFILE - 1) == NOFILE - 1, "dup2 needs none");
    sysinfo(&after);
    expect(after.files == before.files && after.pipes == before.pipes,
           "no open file and no pipe is left over");
}

void descriptors_all_used(void)
{
    int first = filled_file("f", NOFILE * 10, 1), n;
    while ((n = open("f", O_RDONLY)) >= 0)
        expect(lseek(n, n * 10, SEEK_SET) == n * 10, "lseek");
    expect(errno == EMFILE, "EMFILE");
    for (n = first + 1; n < NOFILE; n++)
        expect(read(n, chunk, 10) == 10 && is_filled(chunk, n * 10, 10, 1), "descriptor %d", n);
    for (n = first; n < NOFILE; n++)
        expect(close(n) == 0, "close(%d)", n);
    remove("f");
}

// Opens files until that fails; says on ready which error it was, and waits until hold ends.
static void hog(int ready, int hold)
{
    char error;
    while (open("/null", O_RDONLY) >= 0)
        ;
    error = errno;
    write(ready, &error, 1);
    read(hold, &error, 1);
    exit(0);
}

void open_files_full(void)
{
    struct sysinfo info;
    int ready[2], hold[2], n = 0, status;
    char error = 0;
    expect(pipe(ready) == 0 && pipe(hold) == 0, "pipe");
    while (error != ENFILE) {
        expect(n++ < 2 * NFILE / NOFILE, "the limit is met");
        if (must_fork() == 0) {
            close(hold[1]);
            hog(ready[1], hold[0]);
        }
        expect(read(ready[0], &error, 1) == 1 && (error == EMFILE || error == ENFILE),
               "EMFILE or ENFILE");
    }
    expect(sysinfo(&info) == 0 && info.files == NFILE, "as many as NFILE, not %lu", info.files);
    int fds[2] = {-5, -5};
    expect(FAILS(pipe(fds), ENFILE) && fds[0] == -5, "no pipe");
    expect(FAILS(open("f", O_CREATE | O_RDWR), ENFILE), "no open");
    int fd = dup(ready[0]);
    expect(fd >= 0 && close(fd) == 0, "dup needs no open file");
    expect(close(hold[1]) == 0, "close");
    while (n-- > 0)
        expect(wait(&status) > 0 && status == 0, "all end");
    expect(FAILS(open("f", O_RDONLY), ENOENT), "what could not be opened was not created");
}

void dup_shares_offset(void)
{
    int fd = filled_file("f", 100, 1), copy = dup(fd), far = dup2(fd, NOFILE - 1);
    expect(copy > fd && far == NOFILE - 1, "dup and dup2");
    expect(lseek(copy, 10, SEEK_SET) == 10 && lseek(fd, 0, SEEK_CUR) == 10, "lseek");
    expect(read(fd, chunk, 5) == 5 && lseek(far, 0, SEEK_CUR) == 15, "read");
    expect(write(far, "abcde", 5) == 5 && lseek(copy, 0, SEEK_CUR) == 20, "write");
    expect(close(fd) == 0 && close(far) == 0, "close");
    expect(read(copy, chunk, 10) == 10 && is_filled(chunk, 20, 10, 1),
           "closing one leaves the other");
    discard(copy, "f");
}

void dup2_replaces(void)
{
    int ends[2], fd = filled_file("f", 10, 1);
    expect(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3, "pipe");
    expect(dup2(fd, ends[1]) == ends[1], "dup2 over the pipe's end");
    expect(read(ends[0], chunk, 10) == 3 && read(ends[0], chunk, 10) == 0, "that end was the last");
    expect(lseek(ends[1], 0, SEEK_SET) == 0 && read(ends[1], chunk, 10) == 10,
           "it is the file now");
    expect(is_filled(chunk, 0, 10, 1), "with its bytes");
    for (int i = 0; i < 50; i++)
        expect(dup2(i % 2 ? fd : ends[0], ends[1]) == ends[1], "again and again");
    close(ends[0]);
    close(ends[1]);
    discard(fd, "f");
}

void dup2_refuses(void)
{
    int fd = filled_file("f", 10, 1);
    for (int i = 0; i < 50; i++) {
        expect(dup2(fd, fd) == fd, "to itself");
        expect(FAILS(dup2(fd, -1), EBADF) && FAILS(dup2(fd, NOFILE), EBADF), "to what is none");
        expect(FAILS(dup2(NOFILE - 1, NOFILE - 1), EBADF), "of what is none, to itself");
        expect(FAILS(dup2(NOFILE - 1, fd), EBADF), "of what is none");
    }
    expect_filled(fd, 0, 10, 1);
    discard(fd, "f");
}

void fork_shares_offset(void)
{
    int status, fd = filled_file("f", 100, 1);
    lseek(fd, 30, SEEK_SET);
    int pid = must_fork();
    if (pid == 0) {
        expect(read(fd, chunk, 10) == 10 && is_filled(chunk, 30, 10, 1),
               "the child reads at the parent's offset");
        expect(lseek(fd, 60, SEEK_SET) == 60, "lseek");
        close(fd);
        exit(0);
    }
    expect(waitpid(pid, &status, 0) == pid && status == 0, "child");
    expect(read(fd, chunk, 10) == 10 && is_filled(chunk, 60, 10, 1),
           "the parent goes on at the child's");
    discard(fd, "f");
}

void two_openings(void)
{
    int a = filled_file("f", 100, 1), b = open("f", O_RDWR);
    expect(b >= 0 && lseek(b, 0, SEEK_CUR) == 0 && lseek(a, 0, SEEK_CUR) == 100, "an offset each");
    expect(write(b, "12345", 5) == 5 && lseek(a, 0, SEEK_SET) == 0, "write through one");
    expect(read(a, chunk, 100) == 100 && memcmp(chunk, "12345", 5) == 0, "read through the other");
    expect(is_filled(chunk + 5, 5, 95, 1), "the rest is as it was");
    expect(write(a, "x", 1) == 1 && size_of(b) == 101, "one size");
    expect(lseek(b, 100, SEEK_SET) == 100 && read(b, chunk, 10) == 1 && chunk[0] == 'x',
           "what was added");
    close(a);
    discard(b, "f");
}

void closed_by_exit(void)
{
    int ends[2];
    expect(pipe(ends) == 0, "pipe");
    for (int i = 0; i < 30; i++) {
        int pid = must_fork();
        if (pid == 0) {
            filled_file("f", 100, 1);
            expect(pipe(ends) == 0 && dup(ends[0]) >= 0 && open("/null", O_RDONLY) >= 0,
                   "open more");
            while (i % 2)
                pause(100);
            exit(0);
        }
        if (i % 2)
            kill(pid);
        expect(waitpid(pid, 0, 0) == pid, "waitpid");
    }
    close(ends[1]);
    expect(read(ends[0], chunk, 1) == 0, "no child has the pipe any more");
    close(ends[0]);
    remove("f");
}
