// Calls that read memory: the kernel's load faults on pages that nobody touched, and does not on
// pages that are shared, which stay shared. Strings and vectors end in such pages, or straddle
// their edges.
#include "user/tests/usertests/faults.h"

#define NAME "nn" // what lies in memory as a path

static char buf[2 * PGSIZE];
static char *args[] = {"echo", NAME, 0};

static void make_named_file(void)
{
    int fd = open("f", O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, "abc", 3) == 3 && close(fd) == 0 && link("f", NAME) == 0,
           "make files");
}

// NAME is a file of three bytes, and goes.
static void expect_named_file(void)
{
    struct stat st;
    expect(stat(NAME, &st) == 0 && st.size == 3, "the file " NAME);
    expect(unlink(NAME) == 0, "unlink");
}

static void call_open(char *p)
{
    int fd = open(p, O_CREATE | O_EXCL | O_RDWR);
    expect(fd >= 0 && write(fd, "abc", 3) == 3 && close(fd) == 0, "open creates");
    expect_named_file();
}

static void call_unlink(char *p)
{
    make_named_file();
    expect(unlink(p) == 0 && unlink(NAME) == -1 && errno == ENOENT && unlink("f") == 0, "unlink");
}

static void call_link(char *p)
{
    make_named_file();
    expect(link(p, "x") == 0 && unlink(NAME) == 0 && unlink("f") == 0, "link from it");
    expect(link("x", p) == 0 && unlink("x") == 0, "link to it");
    expect_named_file();
}

static void call_rename(char *p)
{
    make_named_file();
    expect(rename(p, "x") == 0 && unlink("f") == 0 && rename("x", p) == 0, "rename");
    expect_named_file();
}

static void call_symlink(char *p)
{
    expect(symlink("x", p) == 0 && readlink(p, buf, 10) == 1 && buf[0] == 'x' && unlink(NAME) == 0,
           "symlink as it");
    expect(symlink(p, "x") == 0 && readlink("x", buf, 10) == 2 && unlink("x") == 0,
           "symlink to it");
    expect(memcmp(buf, NAME, 2) == 0, "the link's target");
}

static void call_mkdir(char *p)
{
    expect(mkdir(p) == 0 && chdir(p) == 0, "mkdir, chdir");
    expect(getcwd(buf, sizeof(buf)) && strcmp(last_name(buf), NAME) == 0, "it is there");
    expect(chdir("..") == 0 && unlink(NAME) == 0, "unlink");
}

static void call_mknod(char *p)
{
    struct stat null, st;
    expect(stat("/null", &null) == 0 && mknod(p, null.major, 5) == 0, "mknod");
    expect(stat(NAME, &st) == 0 && unlink(NAME) == 0, "it is there");
    expect(st.type == T_DEVICE && st.major == null.major && st.minor == 5, "a device file");
}

// What /echo prints, with these arguments.
static void expect_echo(char *path, char **argv)
{
    int ends[2], status;
    expect(pipe(ends) == 0, "pipe");
    int pid = must_fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        exec(path, argv);
        exit(9);
    }
    close(ends[1]);
    int n = read_all(ends[0], buf, 10);
    expect(n == 3 && memcmp(buf, NAME "\n", 3) == 0, "echo prints " NAME);
    close(ends[0]);
    expect(waitpid(pid, &status, 0) == pid && status == 0, "echo ends well");
}

static void call_exec(char *p)
{
    expect(link("/echo", NAME) == 0, "link");
    expect_echo(p, args);
    expect(unlink(NAME) == 0, "unlink");
}

static void call_exec_string(char *p) { expect_echo("/echo", (char *[]){"echo", p, 0}); }

static void call_exec_vector(char *p) { expect_echo("/echo", (char **)p); }

static void call_write(char *p)
{
    int fd = open("f", O_CREATE | O_RDWR);
    expect(write(fd, p, 4500) == 4500 && lseek(fd, 0, SEEK_SET) == 0, "write to a file");
    expect(read_all(fd, buf, sizeof(buf)) == 4500 && memcmp(buf, p, 4500) == 0,
           "the file holds it");
    close(fd);
    unlink("f");
}

static void call_write_pipe(char *p)
{
    int ends[2];
    expect(pipe(ends) == 0 && write(ends[1], p, 4500) == 4500, "write to a pipe");
    expect(read_all(ends[0], buf, 4500) == 4500 && memcmp(buf, p, 4500) == 0, "the pipe held it");
    close(ends[0]);
    close(ends[1]);
}

static void call_write_device(char *p)
{
    int fd = open("/null", O_WRONLY);
    expect(write(fd, p, 4500) == 4500 && close(fd) == 0, "write to /null");
}

static const struct call {
    const char *name;
    const char *bytes; // what lies at p
    int size;          // followed by 8 zeroes
    void (*call)(char *p);
} calls[] = {
    {"open", NAME, 2, call_open},
    {"unlink", NAME, 2, call_unlink},
    {"link", NAME, 2, call_link},
    {"rename", NAME, 2, call_rename},
    {"symlink", NAME, 2, call_symlink},
    {"mkdir, chdir", NAME, 2, call_mkdir},
    {"mknod", NAME, 2, call_mknod},
    {"exec", NAME, 2, call_exec},
    {"exec's string", NAME, 2, call_exec_string},
    {"exec's vector", (const char *)args, 16, call_exec_vector},
    {"write to a file", NAME, 2, call_write},
    {"write to a pipe", NAME, 2, call_write_pipe},
    {"write to a device", NAME, 2, call_write_device},
};
#define NCALLS (int)(sizeof(calls) / sizeof(calls[0]))

// What ends the string or vector lies in the first page of zeroes, which the kernel only reads.
static void try_zeroes(const struct call *c, enum kind kind)
{
    static struct stage s;
    const int at = PGSIZE - c->size;
    const int forks =
        c->call == call_exec || c->call == call_exec_string || c->call == call_exec_vector;
    stage_make(&s, kind, at, c->bytes, c->size);
    long faults = kernel_faults();
    c->call(s.base + at);
    if (kind != ZEROED)
        expect(counter_value("fault_kernel") > faults, "%s at %s pages: the kernel faulted",
               c->name, kind_names[kind]);
    uint64 pte = pgpte(s.base + PGSIZE);
    expect(forks || ((pte & PTE_COW) && !(pte & PTE_W)), "%s: a page of zeroes, 0x%lx", c->name,
           pte);
    stage_check(&s, 0, 0, c->name);
    stage_end(&s);
}

static void try_all_zeroes(enum kind kind)
{
    for (int i = 0; i < NCALLS; i++)
        try_zeroes(&calls[i], kind);
}

void sources_in_untouched_pages(void) { try_all_zeroes(UNTOUCHED); }

void sources_in_lazy_pages(void) { try_all_zeroes(LAZY); }

void sources_in_zero_pages(void) { try_all_zeroes(ZEROED); }

static void try_shared(const struct call *c)
{
    static struct stage s;
    char bytes[24] = "";
    const int at = 2 * PGSIZE - c->size / 2;
    memcpy(bytes, c->bytes, c->size);
    stage_make(&s, SHARED, at, bytes, c->size + 8);
    uint64 one = pgpte(s.base + PGSIZE), two = pgpte(s.base + 2 * PGSIZE);
    c->call(s.base + at);
    expect(pgpte(s.base + PGSIZE) == one && pgpte(s.base + 2 * PGSIZE) == two, "%s: still shared",
           c->name);
    stage_check(&s, 0, 0, c->name);
    stage_end(&s);
}

void sources_in_shared_pages(void)
{
    for (int i = 0; i < NCALLS; i++)
        try_shared(&calls[i]);
}

// A vector or an argument that runs over the end of memory.
void sources_end_at_missing_pages(void)
{
    char *end = fresh_pages(2, SBRK_EAGER) + 2 * PGSIZE, *string = end - 2 * PGSIZE;
    strcpy(string, "x");
    for (int n = 1; n <= 3; n++) {
        char **argv = (char **)end - n;
        for (int i = 0; i < n; i++)
            argv[i] = string;
        expect(exec("/true", argv) == -1 && errno == EFAULT,
               "a vector of %d without an end: EFAULT", n);
    }
    expect(exec("/true", (char **)(end - 5)) == -1 && errno == EFAULT,
           "a pointer that is cut off: EFAULT");
    memset(end - 100, 'x', 100);
    for (int n = 1; n <= 100; n += 33)
        expect(exec("/true", (char *[]){string, end - n, 0}) == -1 && errno == EFAULT,
               "a cut string: EFAULT");
    for (int n = 1; n <= 10; n++)
        expect(open(end - n, O_CREATE | O_RDWR) == -1 && errno == EFAULT, "a cut path: EFAULT");
}
