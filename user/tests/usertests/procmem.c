// Into which processes a process may write; writing into memory of its own, and into a program
// (procmem.h).
#include "user/tests/usertests/procmem.h"
#include "user/tests/usertests/threads.h"

#define N     20            // bytes written
#define AT    (PGSIZE - 10) // across a page's edge
#define PIECE (2L * 1024 * 1024)

static char data[3 * PGSIZE] __attribute__((aligned(PGSIZE)));
static const char xs[] = "xxxxxxxxxxxxxxxxxxxx";
static int gate[2];

void hold_children(void) { must_pipe(gate); }

int start_waiting(int (*check)(void))
{
    int pid = must_fork();
    if (pid > 0)
        return pid;
    close(gate[1]);
    expect_end_of_file(gate[0]);
    exit(check());
}

void release_children(void)
{
    close(gate[0]);
    close(gate[1]);
}

void poke_oneself(char *to, char c, int n)
{
    static char from[4 * PGSIZE];
    memset(from, c, n);
    expect(procmem_write(getpid(), to, from, n) == n, "write %d bytes into oneself at %p", n, to);
}

void expect_no_poke(const char *what, const void *to, int error)
{
    expect(procmem_write(getpid(), (void *)to, xs, N) == -1 && errno == error,
           "%s: error %d, not %d", what, error, errno);
}

static void fill_data(void) { memset(data, 'd', sizeof(data)); }

static int is_old(void)
{
    expect_bytes("what nobody wrote to", data, sizeof(data), 'd');
    return 0;
}

static int is_new(void)
{
    expect_bytes("before what was written", data, AT, 'd');
    expect_bytes("what was written", data + AT, N, 'x');
    expect_bytes("behind what was written", data + AT + N, sizeof(data) - AT - N, 'd');
    return 0;
}

static void procmem_self(void)
{
    fill_data();
    expect(procmem_write(getpid(), data + AT, xs, N) == N, "into oneself");
    is_new();
    expect(procmem_write(getpid(), data, data + PGSIZE, 0) == 0 &&
               procmem_write(getpid(), 0, 0, 0) == 0,
           "0 bytes");
    is_new();
    expect(procmem_write(getpid(), data + 1, data, 2 * PGSIZE) == 2 * PGSIZE,
           "onto what is read, piece by piece");
}

// Each page is shared by all three until it is written.
static void procmem_child(void)
{
    fill_data();
    hold_children();
    int written = start_waiting(is_new), other = start_waiting(is_old);
    expect(procmem_write(written, data + AT, xs, N) == N, "into a child");
    is_old();
    release_children();
    expect_status(written, 0);
    expect_status(other, 0);
    is_old();
}

static void procmem_cow(void)
{
    fill_data();
    hold_children();
    int child = start_waiting(is_old);
    expect(procmem_write(getpid(), data + AT, xs, N) == N, "into pages shared with a child");
    is_new();
    release_children();
    expect_status(child, 0);
}

static void expect_refused(const char *who, int pid, int error)
{
    expect(procmem_write(pid, data, xs, N) == -1 && errno == error, "into %s: error %d, not %d",
           who, error, errno);
}

// In the child: has a child of its own, tells its number, waits.
static int grandchild_end[2];

static int end_grandchild(void)
{
    int pid = start_child(sleep_on, 0);
    expect(write(grandchild_end[1], &pid, sizeof(pid)) == sizeof(pid), "tell");
    sleep_on(0);
    return 1;
}

static void write_to_relatives(void *arg)
{
    expect_refused("the parent", getppid(), EPERM);
    expect_refused("a sibling", *(int *)arg, EPERM);
}

static void procmem_refused(void)
{
    int grandchild, sibling;
    fill_data();
    must_pipe(grandchild_end);
    int child = must_fork();
    if (child == 0)
        exit(end_grandchild());
    expect(read(grandchild_end[0], &grandchild, sizeof(int)) == sizeof(int), "a grandchild");
    expect_refused("a grandchild", grandchild, EPERM);
    expect_refused("init", 1, EPERM);
    sibling = start_child(sleep_on, 0);
    expect(status_of(write_to_relatives, &sibling) == 0, "relatives");
    expect(kill(grandchild) == 0, "kill");
    expect_killed(child);
    expect_killed(sibling);
    is_old();
}

static void procmem_nobody(void)
{
    static const int none[] = {0, -1, 0x7fffffff, -0x7fffffff - 1};
    for (uint i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        expect_refused("nobody", none[i], ESRCH);
    int zombie = start_child(nothing, 0);
    wait_zombie(zombie);
    expect_refused("a zombie", zombie, ESRCH);
    expect_status(zombie, 0);
    expect_refused("one that was", zombie, ESRCH);
    expect(procmem_write(getpid(), data, xs, -1) == -1 && errno == EINVAL, "-1 byte");
    expect(procmem_write(1, data, xs, -0x7fffffff - 1) == -1 && errno == EINVAL,
           "the least number of bytes");
}

static void procmem_addresses(void)
{
    char *end = fresh_pages(2, SBRK_EAGER) + 2 * PGSIZE;
    fill_data();
    memset(end - 2 * PGSIZE, 'd', 2 * PGSIZE);
    for (int i = 0; i < wild_count; i++) {
        expect_no_poke("to a wild address", (void *)wild_addresses[i], EFAULT);
        expect(procmem_write(getpid(), data, (void *)wild_addresses[i], N) == -1 && errno == EFAULT,
               "from there");
    }
    is_old();
    expect_no_poke("TRAPFRAME", (void *)TRAPFRAME, EFAULT);
    expect(procmem_write(getpid(), end - PGSIZE - 7, data, 2 * PGSIZE) == PGSIZE + 7,
           "up to the end of the heap");
    expect(procmem_write(getpid(), data, end - 7, N) == 7, "from the heap's last bytes");
    is_old();
}

static void procmem_untouched(void)
{
    static const int kinds[] = {SBRK_EAGER, SBRK_LAZY};
    for (int i = 0; i < 2; i++) {
        char *p = fresh_pages(8, kinds[i]);
        // one is written to
        expect(p[3 * PGSIZE] == 0 && p[5 * PGSIZE] == 0, "two pages of zeroes");
        poke_oneself(p + PGSIZE + 1, 'u', 3 * PGSIZE);
        expect_bytes("before", p, PGSIZE + 1, 0);
        expect_bytes("what was written", p + PGSIZE + 1, 3 * PGSIZE, 'u');
        expect_bytes("behind", p + 4 * PGSIZE + 1, 4 * PGSIZE - 1, 0);
    }
}

static char *pieces;

static int pieces_are_old(void)
{
    expect_bytes("pages of 2 MiB", pieces, 2 * PIECE, 'p');
    return 0;
}

// A heap that is mapped by leaves of 2 MiB, and shared: the parent writes to one, then into the
// child.
static void procmem_leaves(void)
{
    uint64 brk = (uint64)sbrk(0);
    pieces = sbrk(4 * PIECE);
    expect(pieces != SBRK_ERROR, "sbrk");
    pieces = (char *)((brk + PIECE - 1) & -PIECE);
    memset(pieces, 'p', 2 * PIECE);
    hold_children();
    int child = start_waiting(pieces_are_old);
    poke_oneself(pieces + PIECE - 2, 'x', 4);
    poke_oneself(pieces + PIECE - 2, 'y', 4);
    expect_bytes("before", pieces, PIECE - 2, 'p');
    expect_bytes("what was written", pieces + PIECE - 2, 4, 'y');
    expect_bytes("behind", pieces + PIECE + 2, PIECE - 2, 'p');
    expect(procmem_write(child, pieces + PIECE + 5, "p", 1) == 1, "into the child");
    release_children();
    expect_status(child, 0);
}

// --- Programs ---

static const int codes[] = {0x02a00513, 0x00008067}; // li a0, 42; ret

static __attribute__((noinline, aligned(16))) int answer(void)
{
    __asm__ volatile("" ::: "memory");
    return 7;
}

static int (*volatile ask)(void) = answer;
static const char constant[64] __attribute__((aligned(64))) = "constant";
static const char *volatile read_only = constant;

// A number for all that a file holds.
static uint64 sum_of(const char *path)
{
    uint64 sum = 0;
    int n, fd = open(path, O_RDONLY);
    expect(fd >= 0, "open %s", path);
    while ((n = read(fd, data, sizeof(data))) > 0)
        for (int i = 0; i < n; i++)
            sum = sum * 31 + (uchar)data[i];
    close(fd);
    return sum;
}

static int program_is_old(void) { return ask() != 7 || strcmp((char *)read_only, "constant") != 0; }

static int program_is_new(void)
{
    return ask() != 42 || strcmp((char *)read_only, "changed!") != 0;
}

static void change_program(int pid)
{
    expect(procmem_write(pid, (void *)answer, codes, sizeof(codes)) == sizeof(codes),
           "into the text");
    expect(procmem_write(pid, (void *)constant, "changed!", 8) == 8, "into read-only data");
}

// The pages are the file's, which all that run the program share.
static void procmem_program(void)
{
    uint64 sum = sum_of("/usertests");
    expect(program_is_old() == 0, "the program");
    hold_children();
    int before = start_waiting(program_is_old), written = start_waiting(program_is_new);
    change_program(written);
    expect(program_is_old() == 0, "the program stays when a child's is changed");
    change_program(getpid());
    expect(program_is_new() == 0, "the program is changed");
    int after = start_waiting(program_is_new);
    release_children();
    expect_status(before, 0);
    expect_status(written, 0);
    expect_status(after, 0);
    expect(sum_of("/usertests") == sum, "the program's file is as it was");
    expect(((uint64)pgpte((void *)answer) & (PTE_W | PTE_X)) == PTE_X,
           "text cannot be written by the program");
    expect(((uint64)pgpte((void *)constant) & PTE_W) == 0, "nor can read-only data");
}

// A page that was changed is shared by fork again.
static void procmem_program_again(void)
{
    change_program(getpid());
    hold_children();
    int child = start_waiting(program_is_new);
    expect(procmem_write(getpid(), (void *)constant, "another", 8) == 8, "once more");
    expect(strcmp((char *)read_only, "another") == 0 && ask() == 42,
           "the program is changed again");
    release_children();
    expect_status(child, 0);
}

// --- A program that throws the page away each time a write from outside has made it ---

static int throw_away(void *p)
{
    for (;;)
        madvise(p, PGSIZE, MADV_DONTNEED);
    return 0;
}

static void throw_pages_away(void *p)
{
    static struct thread t;
    must_start(&t, throw_away, p);
    throw_away(p);
}

static void write_without_end(void *arg)
{
    char *p = mmap(0, PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pid = start_child(throw_pages_away, p);
    write(*(int *)arg, &pid, sizeof(pid));
    for (;;)
        procmem_write(pid, p, xs, N);
}

// A single call may go on as long as the program does.
static void procmem_is_killed(void)
{
    for (int i = 0; i < 5; i++) {
        int ends[2], child;
        must_pipe(ends);
        int pid = start_child(write_without_end, &ends[1]);
        expect(read(ends[0], &child, sizeof(child)) == sizeof(child), "a number");
        pause(5);
        expect_killed(pid);
        expect(kill(child) == 0, "its child is init's now");
        close(ends[0]);
        close(ends[1]);
    }
}

const struct test procmem_tests[] = {
    TEST(procmem_self, BOTH, "",
         "procmem_write into the caller itself, across pages, of nothing, onto what it reads"),
    TEST(procmem_child, BOTH, "",
         "into a child: its view changes, that of its parent and sibling does not"),
    TEST(procmem_cow, BOTH, "", "into pages that a child shares: it keeps its own"),
    TEST(procmem_refused, 0, "", "into parent, sibling, grandchild, init: EPERM"),
    TEST(procmem_nobody, 0, "", "into nobody and zombies: ESRCH; a negative count: EINVAL"),
    TEST(procmem_addresses, BOTH, "", "bad addresses: EFAULT, or as far as they are good"),
    TEST(procmem_untouched, BOTH, "", "into pages that nobody touched, or that were only read"),
    TEST(procmem_leaves, 0, "", "into leaves of 2 MiB that a child shares"),
    TEST(procmem_program, BOTH, "known 23",
         "into a program's text: it runs the new one, others and the file keep theirs"),
    TEST(procmem_program_again, BOTH, "known 23",
         "into text that was changed before, and is shared since"),
    TEST(procmem_private_file, BOTH, "known 23",
         "into a read-only private mapping: it changes, file and other mappings stay"),
    TEST(procmem_beyond_file, 0, "",
         "beyond a mapped file's last page: EFAULT, the file does not grow"),
    TEST(procmem_shared_file, BOTH, "",
         "into a writable shared mapping: the file changes, after a commit, too"),
    TEST(procmem_shared_read_only, 0, "",
         "into read-only shared mappings and the process page: EFAULT"),
    TEST(procmem_shared_memory, 0, "", "into memory that several share: all see it"),
    TEST(procmem_protected, BOTH, "",
         "into own pages that mprotect has made read-only; a child keeps its copy"),
    TEST(procmem_is_killed, 0, "",
         "a write into a page that the program throws away again and again: kill ends it"),
    TEST(procmem_keeps_intent, BOTH, "known 23",
         "madvise drops the copies that writes make: the file stays"),
    END_OF_TESTS,
};
