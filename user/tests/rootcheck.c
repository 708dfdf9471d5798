// rootcheck: what the shell cannot tell of the two roots, as numbers for somebody else to judge.
//
//     rootcheck entries   every entry of both roots, of processes in both modes and with large
//     heaps rootcheck cost      what a process more takes of memory, and what of it is accounted
//     for rootcheck ugetpid   asks for its pid 1000 times, between two lines: nothing to be traced
//     there rootcheck copy      what system calls that copy cost, in instructions: within a page,
//     across
//                         the edge of two, and twice as much. Only a machine that counts
//                         instructions exactly (QEMU's -icount, one hart) gives the same each time.
#include "kernel/fcntl.h"
#include "kernel/memlayout.h"
#include "kernel/procinfo.h"
#include "user/lib/roots.h"
#include "user/lib/test.h"

#define GB (1L << 30)

static int ends[2]; // children wait until the parent closes it

static void wait_for_end(void)
{
    char c;
    close(ends[1]);
    read(ends[0], &c, 1);
    exit(0);
}

// Child pid has come to rest in wait_for_end.
static struct procinfo at_rest(int pid)
{
    struct procinfo info;
    do
        pause(1);
    while (procinfo(pid, &info) == pid && info.state != PS_SLEEPING);
    return info;
}

static void end_children(int n)
{
    close(ends[0]);
    close(ends[1]);
    expect_children(n);
}

// --- entries

static void print_entries(int pid, const char *name)
{
    static struct roots r;
    expect(roots_read(pid, &r) == 0, "the roots of %d", pid);
    for (int i = 0; i < TABLE_ENTRIES; i++)
        if (r.user[i] != 0 || r.kernel[i] != 0)
            printf("%s root entry %d: user %lx kernel %lx\n", name, i, r.user[i], r.kernel[i]);
}

static void touch_gigabytes(void)
{
    char *p = sys_sbrk(9 * GB, SBRK_LAZY);
    expect(p != SBRK_ERROR, "9 GiB of heap");
    for (int i = 0; i < 9; i += 2)
        p[i * GB] = 1;
}

static void entries(void)
{
    static const char *const names[] = {"shared", "isolated", "shared-large", "isolated-large"};
    int pids[4];
    expect(pipe(ends) == 0, "pipe");
    for (int i = 0; i < 4; i++) {
        pids[i] = must_fork();
        if (pids[i] == 0) {
            isolate(i % 2);
            if (i >= 2)
                touch_gigabytes();
            wait_for_end();
        }
    }
    for (int i = 0; i < 4; i++)
        at_rest(pids[i]);
    for (int i = 0; i < 4; i++)
        print_entries(pids[i], names[i]);
    print_entries(getpid(), "rootcheck");
    print_entries(getppid(), "shell");
    print_entries(1, "init");
    end_children(4);
}

// --- cost

#define CHILDREN 40

static uint64 own[CHILDREN * 16];
static uint own_count;

// Adds the frame unless it is known.
static void add_frame(uint64 pte)
{
    for (uint i = 0; i < own_count; i++)
        if (own[i] == PTE2PA(pte))
            return;
    expect(own_count < sizeof(own) / sizeof(own[0]), "not so many pages of its own a child");
    own[own_count++] = PTE2PA(pte);
}

// Frames that the child maps and this process does not. Program, stack and heap lie below 2 MiB.
static void add_own_frames(int pid)
{
    static uint64 table[TABLE_ENTRIES];
    expect(pgtable(pid, USER_ROOT, USERBASE, 0, table) == 0, "the table of %d", pid);
    for (uint64 i = 0; i < TABLE_ENTRIES; i++)
        if ((table[i] & PTE_V) && PTE2PA(table[i]) != PTE2PA(pgpte((void *)(i * PGSIZE))))
            add_frame(table[i]);
}

static void cost(void)
{
    int pids[CHILDREN];
    struct sysinfo before, after;
    uint64 tables = 0;
    expect(pipe(ends) == 0, "pipe");
    sync();
    before = system_now();
    for (int i = 0; i < CHILDREN; i++)
        if ((pids[i] = must_fork()) == 0)
            wait_for_end();
    for (int i = 0; i < CHILDREN; i++)
        tables += at_rest(pids[i]).tables;
    after = system_now();
    for (int i = 0; i < CHILDREN; i++)
        add_own_frames(pids[i]);
    printf("cost: %d children take %lu pages: %lu in tables, %u of their own\n", CHILDREN,
           (before.freemem - after.freemem) / PGSIZE, tables, own_count);
    end_children(CHILDREN);
}

// Pages in gigabytes of their own: a page each, a table of each level for it, and no more.
static void cost_of_gigabytes(void)
{
    struct sysinfo before, after;
    before = system_now();
    touch_gigabytes();
    after = system_now();
    printf("cost: 5 pages in 5 gigabytes take %lu pages\n",
           (before.freemem - after.freemem) / PGSIZE);
}

// --- ugetpid

static void ugetpid_often(void)
{
    int wrong = 0, pid = getpid();
    printf("ugetpid: begin\n");
    for (int i = 0; i < 1000; i++)
        wrong += ugetpid() != pid;
    printf("ugetpid: end, %d wrong\n", wrong);
}

// --- copy

#define PIECE  2048
#define ROUNDS 20

static char area[4 * PGSIZE] __attribute__((aligned(PGSIZE)));
static int null, zero, file;

static void write_null(char *p, int n) { expect(write(null, p, n) == n, "write to null"); }

static void read_zero(char *p, int n) { expect(read(zero, p, n) == n, "read from zero"); }

static void write_pipe(char *p, int n) { expect(write(ends[1], p, n) == n, "write to a pipe"); }

static void read_pipe(char *p, int n) { expect(read(ends[0], p, n) == n, "read from a pipe"); }

static void read_file(char *p, int n) { expect(read(file, p, n) == n, "read from a file"); }

static void open_path(char *p, int n)
{
    (void)n;
    expect(open(p, O_RDONLY) == -1 && errno == ENOENT, "there is no such file");
}

// What goes before and behind a call that is measured.
static void no_more(int n) { (void)n; }

static void fill_pipe(int n) { write_pipe(area, n); }

static void drain_pipe(int n) { read_pipe(area, n); }

static void rewind(int n) { lseek(file, n - n, SEEK_SET); }

static const struct operation {
    const char *name;
    void (*before)(int n), (*call)(char *p, int n), (*after)(int n);
    int size;
} operations[] = {
    {"write to null", no_more, write_null, no_more, PIECE},
    {"read from zero", no_more, read_zero, no_more, PIECE},
    {"write to a pipe", no_more, write_pipe, drain_pipe, PIECE},
    {"read from a pipe", fill_pipe, read_pipe, no_more, PIECE},
    {"read from a file", rewind, read_file, no_more, PIECE},
    {"open of a path", no_more, open_path, no_more, 128},
};

// The least of some rounds: interrupts only add.
static uint64 instructions(const struct operation *op, char *p, int n)
{
    uint64 least = ~0UL;
    for (int i = 0; i < ROUNDS; i++) {
        op->before(n);
        uint64 start = read_instret();
        op->call(p, n);
        uint64 took = read_instret() - start;
        op->after(n);
        if (took < least)
            least = took;
    }
    return least;
}

// "././...x" of n bytes with its 0, at p.
static void put_path(char *p, int n)
{
    for (int i = 0; i < n - 2; i++)
        p[i] = "./"[i % 2];
    p[n - 2] = '?';
    p[n - 1] = 0;
}

static void copy(void)
{
    expect(pipe(ends) == 0, "pipe");
    null = open("/null", O_WRONLY), zero = open("/zero", O_RDONLY),
    file = open("/usertests", O_RDONLY);
    expect(null >= 0 && zero >= 0 && file >= 0, "open");
    memset(area, 1, sizeof(area));
    for (uint i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        const struct operation *op = &operations[i];
        char *page = area + PGSIZE, *edge = area + 2 * PGSIZE - op->size / 2;
        put_path(page, op->size), put_path(edge, op->size);
        uint64 within = instructions(op, page, op->size), across = instructions(op, edge, op->size);
        uint64 twice = instructions(op, page, 2 * op->size);
        printf("copy: %s: %d bytes take %lu instructions, across an edge %lu, %d bytes %lu\n",
               op->name, op->size, within, across, 2 * op->size, twice);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {{"entries", entries},
                 {"cost", cost},
                 {"gigabytes", cost_of_gigabytes},
                 {"ugetpid", ugetpid_often},
                 {"copy", copy}};
    test_name = "rootcheck";
    for (uint i = 0; argc == 2 && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(argv[1], parts[i].name) == 0) {
            parts[i].run();
            printf("rootcheck %s: done\n", parts[i].name);
            return 0;
        }
    usage("rootcheck entries|cost|gigabytes|ugetpid|copy");
}
