// Faults in the middle of system calls: the list of tests; races; both roots; no memory.
#include "user/tests/usertests/faults.h"
#include "user/tests/usertests/procs_help.h"

#define GB (1L << 30)

static char buf[PGSIZE];

// A file of n bytes c, open at its beginning.
static int make_file(const char *name, int n, char c)
{
    int fd = open(name, O_CREATE | O_RDWR);
    memset(buf, c, sizeof(buf));
    for (int done = 0; done < n; done += PGSIZE)
        expect(write(fd, buf, PGSIZE) == PGSIZE, "make %s", name);
    expect(lseek(fd, 0, SEEK_SET) == 0, "lseek");
    return fd;
}

// Whether the file's page at that offset is full of c.
static int page_holds(int fd, int at, char c)
{
    int n = lseek(fd, at, SEEK_SET) == at ? read(fd, buf, PGSIZE) : 0;
    for (int i = 0; i < n; i++)
        if (buf[i] != c)
            return 0;
    return n == PGSIZE;
}

// The table that the kernel's fault made hangs in both roots: one entry, one page.
static void expect_same_roots(char *p)
{
    static uint64 user[512], kernel[512];
    uint64 va = (uint64)p;
    expect(pgtable(getpid(), 0, va, 2, user) == 0 && pgtable(getpid(), 1, va, 2, kernel) == 0,
           "pgtable");
    expect(user[va / GB] != 0 && user[va / GB] == kernel[va / GB],
           "root entries of %p are the same", p);
    expect(pgtable(getpid(), 0, va, 0, user) == 0 && pgtable(getpid(), 1, va, 0, kernel) == 0,
           "pgtable");
    expect(memcmp(user, kernel, PGSIZE) == 0 && user[va / PGSIZE % 512] == pgpte(p),
           "one leaf serves both");
}

static void one_fault_serves_both_roots(void)
{
    int fd = make_file("f", PGSIZE, 'f');
    char *p = sys_sbrk(4 * GB, SBRK_LAZY);
    expect(p != SBRK_ERROR, "sbrklazy");
    for (long i = 1; i < 4; i++) {
        char *a = p + i * GB + i * 3 * PGSIZE + 1;
        expect(pgpte(a) == 0 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, a, 5) == 5,
               "the kernel faults first");
        expect_bytes("what it read", a, 5, 'f');
        expect_same_roots(a);
        char *b = a + 7 * PGSIZE;
        *b = 'b'; // the program faults first
        expect(write(fd, b, 1) == 1 && lseek(fd, -1, SEEK_CUR) == 5 && read(fd, buf, 1) == 1 &&
                   buf[0] == 'b',
               "write");
        expect_same_roots(b);
        lseek(fd, 5, SEEK_SET);
        expect(write(fd, "f", 1) == 1, "write");
    }
    close(fd);
    unlink("f");
}

// labs 22: nothing of the path's page was touched by the program, neither before nor after the
// kernel put a path there.
static void path_in_lazy_memory(void)
{
    int ends[2];
    char *p = fresh_pages(4, SBRK_LAZY) + 2 * PGSIZE - 1;
    expect(open(p, O_RDONLY) == -1 && errno == ENOENT, "an untouched path is empty: ENOENT");
    expect(pipe(ends) == 0 && write(ends[1], "f", 2) == 2 && read(ends[0], p, 2) == 2,
           "a pipe brings a path");
    close(make_file("f", PGSIZE, 'x'));
    int fd = open(p, O_RDONLY);
    expect(fd >= 0 && size_of(fd) == PGSIZE && close(fd) == 0, "the path leads to the file");
    expect(unlink(p) == 0 && unlink("f") == -1 && errno == ENOENT, "unlink");
    close(ends[0]);
    close(ends[1]);
}

// known 23: parent and child write to pages that they share, at the same time, by read; one of
// them ends meanwhile, so that a copy may turn into a claim. Each must find what it read, and the
// files what they held.
#define REGION (6 * PGSIZE)

static void read_over(int fd, char *region, char c)
{
    const int n = REGION - 2 * 11;
    expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, region + 11, n) == n, "read over shared pages");
    expect_bytes("before what was read", region, 11, 's');
    expect_bytes("what was read", region + 11, n, c);
    expect_bytes("behind what was read", region + 11 + n, 11, 's');
}

static void write_intent_is_kept(void)
{
    int one = make_file("1", REGION, '1'), two = make_file("2", REGION, '2');
    char *region = fresh_pages(REGION / PGSIZE, SBRK_EAGER);
    for (int round = 0; round < 40; round++) {
        memset(region, 's', REGION);
        int pid = must_fork();
        if (pid == 0 && round % 4 == 3)
            exit(0);
        read_over(pid ? one : two, region, pid ? '1' : '2');
        if (pid == 0)
            exit(0);
        expect_children(1);
    }
    for (int i = 0; i < REGION; i += PGSIZE)
        expect(page_holds(one, i, '1') && page_holds(two, i, '2'),
               "the files are as they were at %d", i);
    close(one);
    close(two);
    expect(unlink("1") == 0 && unlink("2") == 0, "unlink");
}

// The file's own page must not be what a reader got: its writes stay its own.
static void file_stays_after_reader_writes(void)
{
    int fd = make_file("f", 4 * PGSIZE, 'f');
    char *p = fresh_pages(4, SBRK_EAGER);
    for (int i = 0; i < 4 * PGSIZE; i += PGSIZE)
        expect(read(fd, p + i, PGSIZE) == PGSIZE, "read");
    memset(p, 'x', 4 * PGSIZE);
    if (must_fork() == 0) {
        memset(p, 'y', 4 * PGSIZE);
        exit(0);
    }
    expect_children(1);
    expect_bytes("the reader's pages", p, 4 * PGSIZE, 'x');
    for (int i = 0; i < 4 * PGSIZE; i += PGSIZE)
        expect(page_holds(fd, i, 'f'), "the file is as it was at %d", i);
    close(fd);
    unlink("f");
}

// known 24: buffers of read and write come from the kernel's memory, whatever is being loaded.
static void exec_true(void *arg)
{
    (void)arg;
    exec("/true", (char *[]){"true", 0});
    exit(1);
}

static void exec_while_others_read_and_write(void)
{
    start_child(read_and_write, 0);
    start_child(read_and_write, 0);
    for (int i = 0; i < 40; i++)
        if (must_fork() == 0)
            exec_true(0);
        else if (i % 2)
            pause(0);
    expect_children(42);
}

// Many processes, each with pages of its own in the making.
static void fault_all_over(int id)
{
    char name[2] = {'a' + id, 0}, *lazy = fresh_pages(REGION / PGSIZE, SBRK_LAZY);
    int ends[2], fd = make_file(name, REGION, name[0]);
    expect(pipe(ends) == 0, "pipe");
    for (int round = 0; round < 8; round++) {
        char *p = lazy + 1 + round * 37;
        const int n = REGION - 8 * 37;
        expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, p, n) == n, "read");
        expect_bytes("a file's bytes", p, n, name[0]);
        expect(write(ends[1], p, 2 * PGSIZE) == 2 * PGSIZE, "write to the pipe");
        sbrk(-REGION);
        expect(sbrklazy(REGION) == lazy && read_all(ends[0], lazy + 9, 2 * PGSIZE) == 2 * PGSIZE,
               "read the pipe");
        expect_bytes("the pipe's bytes", lazy + 9, 2 * PGSIZE, name[0]);
        expect(lazy[8] == 0 && lazy[9 + 2 * PGSIZE] == 0, "and no more");
    }
    expect(unlink(name) == 0, "unlink");
}

static void many_fault_at_once(void)
{
    for (int i = 0; i < 8; i++)
        if (must_fork() == 0) {
            fault_all_over(i);
            exit(0);
        }
    expect_children(8);
}

// The kernel's fault on a lazy page cannot be served: the call fails, the program lives.
static void no_memory_for_the_kernels_fault(void)
{
    int fd = make_file("f", PGSIZE, 'f'), ends[2];
    char *lazy = fresh_pages(2, SBRK_LAZY), c = 0;
    expect(pipe(ends) == 0 && write(ends[1], "x", 1) == 1, "pipe");
    errno = 0;
    for (int n = 1 << 26; n >= PGSIZE; n /= 2)
        while (sys_sbrk(n, SBRK_EAGER) != SBRK_ERROR)
            ;
    expect(read(fd, lazy, 10) == -1 && errno == EFAULT, "read from a file without memory: EFAULT");
    expect(lseek(fd, 0, SEEK_CUR) == 0, "nothing was read");
    expect(read(ends[0], lazy, 1) == -1 && errno == EFAULT,
           "read from a pipe without memory: EFAULT");
    expect(read(ends[0], &c, 1) == 1 && c == 'x', "the byte is still there");
    sys_sbrk(lazy + 2 * PGSIZE - sbrk(0), SBRK_EAGER);
    expect(read(fd, lazy, 10) == 10 && lazy[9] == 'f' && lazy[10] == 0,
           "it works when there is memory again");
    close(fd);
    close(ends[0]);
    close(ends[1]);
    unlink("f");
}

const struct test faults_tests[] = {
    TEST(results_in_untouched_pages, BOTH, "",
         "each call that fills in memory, on pages that nobody touched"),
    TEST(results_in_lazy_pages, BOTH, "labs 15", "the same on pages that are not even promised"),
    TEST(results_in_zero_pages, BOTH, "",
         "the same on pages that were only read: each gets a page of its own"),
    TEST(results_in_shared_pages, BOTH, "known 23",
         "the same on copy-on-write pages: a copy, the other holder keeps his"),
    TEST(results_in_claimed_pages, BOTH, "",
         "the same on pages whose other holder is gone: claimed without a copy"),
    TEST(results_end_at_missing_pages, BOTH, "labs 15",
         "reads to the end of memory stop at the exact byte"),
    TEST(sources_in_untouched_pages, BOTH, "labs 22",
         "each call that reads memory, on pages that nobody touched"),
    TEST(sources_in_lazy_pages, BOTH, "labs 22", "the same on pages that are not even promised"),
    TEST(sources_in_zero_pages, BOTH, "", "the same on pages that were only read"),
    TEST(sources_in_shared_pages, BOTH, "", "the same on copy-on-write pages, which stay shared"),
    TEST(sources_end_at_missing_pages, BOTH, "",
         "vectors, arguments and paths that run over the end of memory: EFAULT"),
    TEST(one_fault_serves_both_roots, BOTH, "known 15,labs 23",
         "a page that one root faulted in is there in both"),
    TEST(path_in_lazy_memory, BOTH, "labs 22", "a path in memory that the program never touched"),
    TEST(write_intent_is_kept, BOTH, "known 23",
         "reads over shared pages race: each gets its own bytes, files keep theirs"),
    TEST(file_stays_after_reader_writes, BOTH, "known 23",
         "writing to what was read does not reach the file"),
    TEST(exec_while_others_read_and_write, 0, "known 24",
         "programs are loaded while others read and write"),
    TEST(many_fault_at_once, BOTH, "", "eight processes fault in the middle of reads and writes"),
    TEST(no_memory_for_the_kernels_fault, ALONE | BOTH, "",
         "a fault that cannot be served fails the call, not the program"),
    END_OF_TESTS,
};
