// A process is killed in the middle of a call that takes long: the call ends soon, and what it
// leaves is whole.
//
// A counter of the kernel tells how far the call is, not a clock. The kill may come too late; then
// the test begins again.
#include "user/tests/usertests/heap_probe.h"
#include "user/tests/usertests/kills.h"
#include "user/tests/usertests/mmap.h"
#include "user/tests/usertests/procs_help.h"

#define TRIES       50
#define COPIED      6144          // pages that need memory of their own
#define UNTOUCHED   (512 * 1024L) // pages that need none
#define TABLES      4096L // page tables that a fork copies, which takes longer than a clock tick
#define CUT_BLOCKS  1024  // of a file with a block below each of its indirect blocks
#define CUT_STRIDE  ((uint64)NINDIRECT * BSIZE)
#define CUT_RETRIES 5

static char page[PGSIZE];

// Whether a child that does call(), and then waits for its end, is stopped by a kill before it has
// moved the counter by total.
static int stops_early(void (*call)(void), const char *counter, long total)
{
    for (int i = 0; i < TRIES; i++) {
        long before = counter_value(counter);
        int pid = must_fork();
        if (pid == 0) {
            call();
            sleep_on(0);
        }
        while (counter_value(counter) < before + 100)
            pause(0);
        expect_killed(pid);
        if (counter_value(counter) < before + total)
            return 1;
    }
    return 0;
}

// Each page of the heap is looked at, and none is a frame.
static void write_untouched(void)
{
    int null = open("/null", O_WRONLY);
    char *p = sys_sbrk(UNTOUCHED * PGSIZE, SBRK_LAZY);
    write(null, p, UNTOUCHED * PGSIZE - 1);
}

void kill_in_write(void)
{
    expect(stops_early(write_untouched, "fault_zero_map", UNTOUCHED),
           "write() of 2 GiB ends with a kill");
}

static void read_hole(void)
{
    int fd = open("f", O_RDONLY);
    read(fd, sys_sbrk(COPIED * PGSIZE, SBRK_LAZY), COPIED * PGSIZE);
}

void kill_in_read(void)
{
    int fd = new_file("f");
    expect(ftruncate(fd, COPIED * PGSIZE) == 0, "ftruncate");
    expect(stops_early(read_hole, "fault_zero_fill", COPIED),
           "read() of a large file ends with a kill");
    discard(fd, "f");
}

static void write_into_oneself(void)
{
    char *p = sys_sbrk(2 * COPIED * PGSIZE, SBRK_LAZY);
    procmem_write(getpid(), p, p + COPIED * PGSIZE, COPIED * PGSIZE);
}

void kill_in_procmem(void)
{
    expect(stops_early(write_into_oneself, "fault_zero_fill", COPIED),
           "procmem_write() ends with a kill");
}

// --- fork of a large space ---

static void fork_again_and_again(void *arg)
{
    int *ends = arg;
    const volatile char *p = sys_sbrk(TABLES * SUPERPGSIZE, SBRK_LAZY);
    for (long i = 0; i < TABLES; i++)
        (void)p[i * SUPERPGSIZE];
    for (;;) {
        long before = counter_value("fork_pages");
        if (fork() == 0)
            exit(0);
        wait(0);
        long shared = counter_value("fork_pages") - before;
        write(ends[1], &shared, sizeof(shared));
    }
}

// All forks of the child share the same number of pages, but for one that a kill has stopped.
static int fork_is_stopped(void)
{
    long first, more;
    int ends[2];
    must_pipe(ends);
    int pid = start_child(fork_again_and_again, ends);
    close(ends[1]);
    long before = counter_value("fork_pages");
    expect(read(ends[0], &first, sizeof(first)) == sizeof(first), "a first fork");
    expect(read(ends[0], &more, sizeof(more)) == sizeof(more) && more == first,
           "a second fork is like the first");
    while (counter_value("fork_pages") <= before + 2 * first)
        pause(0); // until the third is on its way
    expect_killed(pid);
    close(ends[0]);
    return (counter_value("fork_pages") - before) % first != 0;
}

void kill_in_fork(void)
{
    int stopped = 0;
    for (int i = 0; i < TRIES && !stopped; i++)
        stopped = fork_is_stopped();
    expect(stopped, "fork of a large space ends with a kill");
}

// --- A file is cut: a kill leaves it whole, only longer ---

static void cut(void *arg) { ftruncate(*(int *)arg, 0); }

// Its size when the kill came; what is left has its bytes.
static uint64 cut_and_kill(void)
{
    int fd = new_file("f");
    for (uint64 i = 1; i <= CUT_BLOCKS; i++) {
        lseek(fd, i * CUT_STRIDE, SEEK_SET);
        expect(write(fd, &i, sizeof(i)) == sizeof(i), "block %lu", i);
    }
    uint64 size = size_of(fd);
    int pid = start_child(cut, &fd);
    while (size_of(fd) == size && state_of(pid) != PS_ZOMBIE)
        pause(0);
    expect(kill(pid) == 0, "kill");
    waitpid(pid, 0, 0);
    size = size_of(fd);
    for (uint64 i = 1, got; i * CUT_STRIDE + sizeof(i) <= size; i++) {
        lseek(fd, i * CUT_STRIDE, SEEK_SET);
        expect(read(fd, &got, sizeof(got)) == sizeof(got) && got == i, "block %lu is as it was", i);
    }
    lseek(fd, size, SEEK_SET);
    expect(write(fd, page, 1) == 1, "it can be written to");
    discard(fd, "f");
    return size;
}

void kill_in_truncate(void)
{
    uint64 left = 0;
    for (int i = 0; i < CUT_RETRIES && left == 0; i++)
        left = cut_and_kill();
    expect(left > 0, "ftruncate() ends with a kill");
}
