// cowtest: copy-on-write fork, by what a program sees of it. Says of each part that it is ok:
//
//     simple    two thirds of the memory, then fork: there would be no room for a copy (twice)
//     three     three processes write a quarter of the memory (three times)
//     file      the kernel writes pages that are shared: read() from pipes
//     forkfork  many forks at once of the same pages
//
// Memory is that of the machine that tests assume: PHYSTOP - KERNBASE.
#include "kernel/memlayout.h"
#include "user/lib/test.h"

#define MEMORY (PHYSTOP - KERNBASE)

static char *take(uint64 bytes)
{
    char *p = sys_sbrk(bytes, SBRK_EAGER);
    expect(p != SBRK_ERROR, "sbrk of %lu bytes", bytes);
    return p;
}

static void give_back(char *p)
{
    expect(sys_sbrk(p - sbrk(0), SBRK_EAGER) != SBRK_ERROR, "shrink");
}

static void mark(char *p, uint64 bytes, int value)
{
    for (char *q = p; q < p + bytes; q += PGSIZE)
        *(int *)q = value;
}

static void expect_marks(char *p, uint64 bytes, int value)
{
    for (char *q = p; q < p + bytes; q += PGSIZE)
        expect(*(int *)q == value, "%d in the page at %p, not %d", value, (void *)q, *(int *)q);
}

static void simple(void)
{
    const uint64 size = PGROUNDDOWN(MEMORY / 3 * 2);
    char *p = take(size);
    mark(p, size, getpid());
    int parent = getpid(), pid = must_fork();
    if (pid == 0) {
        expect_marks(p, size, parent);
        exit(0);
    }
    expect_children(1);
    give_back(p);
}

// The grandchild writes all, the child half, the parent all, at the same time.
static void three(void)
{
    const uint64 size = PGROUNDDOWN(MEMORY / 4), half = PGROUNDDOWN(size / 2);
    char *p = take(size);
    int parent = getpid();
    mark(p, size, parent);
    if (must_fork() == 0) {
        if (must_fork() == 0) {
            expect_marks(p, size, parent);
            mark(p, size, -1);
            expect_marks(p, size, -1);
            exit(0);
        }
        mark(p, half, -2);
        expect_marks(p, half, -2);
        expect_marks(p + half, size - half, parent);
        expect_children(1);
        expect_marks(p, half, -2);
        exit(0);
    }
    mark(p, size, -3);
    expect_marks(p, size, -3);
    expect_children(1);
    expect_marks(p, size, -3);
    give_back(p);
}

static int buffer[PGSIZE / sizeof(int)];

static void read_number(int fd, int number)
{
    expect(read(fd, buffer, sizeof(int)) == sizeof(int) && buffer[0] == number, "%d from a pipe",
           number);
    exit(0);
}

// Each child reads into the page that all share.
static void file(void)
{
    buffer[0] = 99;
    for (int i = 0; i < 4; i++) {
        int ends[2];
        expect(pipe(ends) == 0, "pipe");
        if (must_fork() == 0)
            read_number(ends[0], i);
        expect(write(ends[1], &i, sizeof(i)) == sizeof(i), "write to a pipe");
        expect_children(1);
        expect(buffer[0] == 99, "the parent's page is as it was");
        close(ends[0]);
        close(ends[1]);
    }
}

static void fork_twice(char *p, uint64 size)
{
    for (int i = 0; i < 2; i++)
        must_fork();
    mark(p, size / 4, getpid());
    expect_marks(p, size / 4, getpid());
    while (wait(0) > 0)
        ;
    exit(0);
}

static void forkfork(void)
{
    const uint64 size = 1024 * 1024;
    char *p = take(size);
    mark(p, size, 27);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 3; i++)
            if (must_fork() == 0)
                fork_twice(p, size);
        expect_children(3);
        expect_marks(p, size, 27);
    }
    give_back(p);
}

static void run(const char *name, void (*part)(void), int times)
{
    test_name = name;
    for (int i = 0; i < times; i++) {
        printf("%s: ", name);
        part();
        printf("ok\n");
    }
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("cowtest");
    run("simple", simple, 2);
    run("three", three, 3);
    run("file", file, 1);
    run("forkfork", forkfork, 1);
    printf("ALL COW TESTS PASSED\n");
    return 0;
}
