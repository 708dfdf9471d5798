// Calls that fill in memory: the kernel's store faults, inside and at the edges of pages of each
// kind, and what the program then reads is what the call had to say, and nothing else has changed.
#include "kernel/procinfo.h"
#include "user/tests/usertests/faults.h"

#define FILE_SIZE 6000

static char buf[2 * PGSIZE];
static int file;

static char pattern(int i) { return 'A' + i % 53; }

static void make_files(void)
{
    for (int i = 0; i < FILE_SIZE; i++)
        buf[i] = pattern(i);
    file = open("f", O_CREATE | O_RDWR);
    expect(file >= 0 && write(file, buf, FILE_SIZE) == FILE_SIZE && symlink("where", "l") == 0,
           "make files");
}

static void remove_files(void)
{
    close(file);
    expect(unlink("f") == 0 && unlink("l") == 0, "unlink");
}

static int check_pattern(const char *p, int n)
{
    for (int i = 0; i < n; i++)
        expect(p[i] == pattern(i), "byte %d of %d that were read", i, n);
    return n;
}

static int read_file(char *p, int n)
{
    lseek(file, 0, SEEK_SET);
    int r = read(file, p, n);
    expect(lseek(file, 0, SEEK_CUR) == (r < 0 ? 0 : r), "the offset moved by what was read, %d", r);
    return r;
}

static int read_pipe(char *p, int n)
{
    int ends[2];
    for (int i = 0; i < FILE_SIZE; i++)
        buf[i] = pattern(i);
    expect(pipe(ends) == 0 && write(ends[1], buf, FILE_SIZE) == FILE_SIZE, "write to a pipe");
    int r = read(ends[0], p, n);
    expect(size_of(ends[0]) == FILE_SIZE - (r < 0 ? 0 : r), "the rest of %d is in the pipe", r);
    close(ends[0]);
    close(ends[1]);
    return r;
}

static int read_device(const char *name, char *p, int n)
{
    int fd = open(name, O_RDONLY);
    expect(fd >= 0, "open %s", name);
    int r = read(fd, p, n);
    close(fd);
    return r;
}

// Each call below fills in memory at p, checks it and returns how many bytes it has set.
static int file_small(char *p) { return check_pattern(p, read_file(p, 100)); }

static int file_large(char *p) { return check_pattern(p, read_file(p, FILE_SIZE)); }

static int pipe_small(char *p) { return check_pattern(p, read_pipe(p, 100)); }

static int pipe_large(char *p) { return check_pattern(p, read_pipe(p, FILE_SIZE)); }

static int zeroes(char *p)
{
    expect(read_device("/zero", p, 5000) == 5000, "read 5000 zeroes");
    expect_bytes("/zero", p, 5000, 0);
    return 5000;
}

static int counters(char *p)
{
    int n = read_device("/statistics", p, 900);
    expect(n == 900 && strncmp(p, "fault_zero_map ", 15) == 0 && p[39] == '\n' && p[879] == '\n',
           "lines of counters");
    return n;
}

static int stat_of_file(char *p)
{
    struct stat st, other;
    expect(fstat(file, (struct stat *)p) == 0 && stat("f", &other) == 0, "fstat");
    memcpy(&st, p, sizeof(st));
    expect(st.size == FILE_SIZE && st.type == T_FILE && st.ino == other.ino && st.nlink == 1,
           "fstat's result");
    return sizeof(st);
}

static int of_system(char *p)
{
    struct sysinfo a, b;
    expect(sysinfo((struct sysinfo *)p) == 0 && sysinfo(&b) == 0, "sysinfo");
    memcpy(&a, p, sizeof(a));
    expect(a.totalmem == b.totalmem && a.ncpu == b.ncpu && a.timebase == b.timebase,
           "sysinfo's result");
    return sizeof(a);
}

static int of_process(char *p)
{
    struct procinfo info;
    expect(procinfo(getpid(), (struct procinfo *)p) == getpid(), "procinfo");
    memcpy(&info, p, sizeof(info));
    expect(info.pid == getpid() && info.ppid == getppid() && info.isolated == isolate(-1),
           "procinfo's result");
    return sizeof(info);
}

static int page_table(char *p)
{
    static uint64 table[512];
    expect(pgtable(getpid(), 0, 0, 1, table) == 0 && pgtable(getpid(), 0, 0, 1, (uint64 *)p) == 0,
           "pgtable");
    expect(memcmp(p, table, PGSIZE) == 0 && table[0] != 0, "twice the same table");
    return PGSIZE;
}

static int clock(char *p)
{
    uint64 before, then;
    expect(gettime(&before) == 0 && gettime((uint64 *)p) == 0, "gettime");
    memcpy(&then, p, sizeof(then));
    expect(then >= before && then < before + 60000000000UL, "gettime's result");
    return sizeof(then);
}

static int directory(char *p)
{
    expect(getcwd(p, 200) == p && strcmp(p, test_directory) == 0, "getcwd");
    return strlen(p) + 1;
}

static int target(char *p)
{
    expect(readlink("l", p, 200) == 5 && memcmp(p, "where", 5) == 0, "readlink");
    return 5;
}

static int child_status(char *p, int any)
{
    int status, pid = must_fork();
    if (pid == 0)
        exit(0x1234567);
    expect((any ? wait((int *)p) : waitpid(pid, (int *)p, 0)) == pid, "wait");
    memcpy(&status, p, sizeof(status));
    expect(status == 0x1234567, "wait's status 0x%x", status);
    return sizeof(status);
}

static int status_of_any(char *p) { return child_status(p, 1); }

static int status_of_one(char *p) { return child_status(p, 0); }

static int descriptors(char *p)
{
    int ends[2];
    char c = 0;
    expect(pipe((int *)p) == 0, "pipe");
    memcpy(ends, p, sizeof(ends));
    expect(write(ends[1], "x", 1) == 1 && read(ends[0], &c, 1) == 1 && c == 'x', "pipe's ends");
    expect(close(ends[0]) == 0 && close(ends[1]) == 0, "close");
    return sizeof(ends);
}

static const struct call {
    const char *name;
    int (*fill)(char *p);
} calls[] = {
    {"read of a file", file_small},
    {"a long read of a file", file_large},
    {"read of a pipe", pipe_small},
    {"a long read of a pipe", pipe_large},
    {"read of /zero", zeroes},
    {"read of /statistics", counters},
    {"fstat", stat_of_file},
    {"sysinfo", of_system},
    {"procinfo", of_process},
    {"pgtable", page_table},
    {"gettime", clock},
    {"getcwd", directory},
    {"readlink", target},
    {"wait", status_of_any},
    {"waitpid", status_of_one},
    {"pipe", descriptors},
};
#define NCALLS (int)(sizeof(calls) / sizeof(calls[0]))

// The counter of what must have happened to pages of the kind; a copy shows in the address, too.
static const char *const counter_of[] = {"fault_zero_fill", "fault_zero_fill", "fault_zero_fill",
                                         "fault_cow_copy", "fault_cow_claim"};

static void check_page(const struct stage *s, const char *what, char *page, uint64 before)
{
    uint64 pte = pgpte(page);
    expect((pte & PTE_V) && (pte & PTE_W) && !(pte & PTE_COW),
           "%s: the page is the program's own, 0x%lx", what, pte);
    if (s->kind == CLAIMABLE)
        expect(PTE2PA(pte) == PTE2PA(before), "%s: the same page, claimed", what);
    else
        expect(PTE2PA(pte) != PTE2PA(before), "%s: a new page", what);
}

static void try(const struct call *c, enum kind kind, int at)
{
    static struct stage s;
    char what[60];
    snprintf(what, sizeof(what), "%s at %d of %s pages", c->name, at, kind_names[kind]);
    stage_make(&s, kind, at, 0, 0);
    long faults = kernel_faults(), served = counter_value(counter_of[kind]);
    char *page = s.base + (at < 2 * PGSIZE - 8 ? PGSIZE : 2 * PGSIZE);
    uint64 before = pgpte(page);
    int n = c->fill(s.base + at);
    expect(counter_value("fault_kernel") > faults, "%s: the kernel faulted", what);
    expect(counter_value(counter_of[kind]) > served, "%s: %s", what, counter_of[kind]);
    check_page(&s, what, page, before);
    stage_check(&s, at, n, what);
    stage_end(&s);
}

// Inside a page; from a good page into one of the kind; from one of the kind into the next.
static void try_all(enum kind kind)
{
    make_files();
    for (int i = 0; i < NCALLS; i++) {
        try(&calls[i], kind, PGSIZE + 104);
        try(&calls[i], kind, PGSIZE - 3);
        try(&calls[i], kind, 2 * PGSIZE - 1);
    }
    remove_files();
}

void results_in_untouched_pages(void) { try_all(UNTOUCHED); }

void results_in_lazy_pages(void) { try_all(LAZY); }

// And the page of zeroes is still that.
void results_in_zero_pages(void)
{
    try_all(ZEROED);
    expect_bytes("untouched memory", fresh_pages(1, SBRK_EAGER), PGSIZE, 0);
}

void results_in_shared_pages(void) { try_all(SHARED); }

void results_in_claimed_pages(void) { try_all(CLAIMABLE); }

// The page before the missing one is untouched, shared or present: what fits arrives, whole words
// and odd bytes.
static void read_to_the_end(char *end, int room)
{
    int n = room < FILE_SIZE ? room : FILE_SIZE;
    char *p = end - room;
    expect(read_file(p, FILE_SIZE) == n && check_pattern(p, n) == n, "%d bytes of a file", n);
    memset(p, 0, room);
    expect(read_pipe(p, FILE_SIZE) == n && check_pattern(p, n) == n, "%d bytes of a pipe", n);
    expect(read_device("/zero", p, FILE_SIZE) == n, "%d bytes of /zero", n);
    expect_bytes("/zero", p, n, 0);
    n = room < 900 ? room : 900;
    expect(read_device("/statistics", p, 900) == n &&
               strncmp(p, "fault_zero_map ", n < 15 ? n : 15) == 0,
           "%d bytes of /statistics", n);
}

void results_end_at_missing_pages(void)
{
    make_files();
    for (int room = 1; room < 2 * PGSIZE; room = room * 2 + 1) {
        char *end = fresh_pages(2, room & 2 ? SBRK_EAGER : SBRK_LAZY) + 2 * PGSIZE;
        read_to_the_end(end, room);
        expect(read_file(end, 10) == -1 && errno == EFAULT, "no byte fits: EFAULT");
        expect(read_pipe(end, 10) == -1 && errno == EFAULT, "from a pipe, too");
        expect(read_device("/zero", end, 10) == -1 && errno == EFAULT, "and from /zero");
        sbrk(-2 * PGSIZE);
    }
    remove_files();
}
