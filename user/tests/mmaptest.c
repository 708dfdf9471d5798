// mmaptest: files mapped into memory, by what a program sees of it. The lines that it prints are
// those that graders of several years look for: two names for the basic test, and for that of fork.
//
// The test file holds a page and a half of 'A', so that its last page is half zeroes in memory.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

#define NAME "mmap.dur"
#define SIZE (PGSIZE + PGSIZE / 2)
#define AREA (2 * PGSIZE)

static char buffer[AREA];

// The test file made anew; a descriptor with these flags.
static int make_file(int flags)
{
    unlink(NAME);
    int fd = open(NAME, O_CREATE | O_WRONLY);
    memset(buffer, 'A', SIZE);
    expect(fd >= 0 && write(fd, buffer, SIZE) == SIZE, "%s can be made", NAME);
    close(fd);
    fd = open(NAME, flags);
    expect(fd >= 0, "and opened");
    return fd;
}

static char *map(int fd, size_t length, int prot, int flags)
{
    char *p = mmap(0, length, prot, flags, fd, 0);
    expect(p != MAP_FAILED && (uint64)p % PGSIZE == 0, "a mapping at a page's edge, not %p",
           (void *)p);
    return p;
}

static void unmap(void *p, size_t length)
{
    expect(munmap(p, length) == 0, "munmap(%p, %lu)", p, length);
}

static void expect_all(const char *p, int n, char c)
{
    for (int i = 0; i < n; i++)
        expect(p[i] == c, "byte %d is 0x%x, not 0x%x", i, c, p[i]);
}

static void expect_original(const char *p)
{
    expect_all(p, SIZE, 'A');
    expect_all(p + SIZE, AREA - SIZE, 0);
}

// The file is as long as it was, and holds c.
static void expect_file(char c)
{
    int fd = open(NAME, O_RDONLY);
    expect(fd >= 0 && read_all(fd, buffer, AREA) == SIZE, "the file has %d bytes still", SIZE);
    expect_all(buffer, SIZE, c);
    close(fd);
}

static void load(void *p) { (void)*(volatile char *)p; }
static void store(void *p) { *(volatile char *)p = 'X'; }

static void basic(void)
{
    int fd = make_file(O_RDONLY);
    char *p = map(fd, AREA, PROT_READ, MAP_PRIVATE);
    expect_original(p);
    unmap(p, AREA);
    close(fd);
}

// What is stored into a private mapping stays there, even of a file that may only be read.
static void private(void)
{
    int fd = make_file(O_RDONLY);
    char *p = map(fd, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    expect(close(fd) == 0, "close while mapped");
    expect_original(p);
    memset(p, 'Z', AREA);
    expect_all(p, AREA, 'Z');
    unmap(p, AREA);
    expect_file('A');
}

static void read_only(void)
{
    int fd = make_file(O_RDONLY);
    expect(mmap(0, AREA, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED,
           "no shared mapping to write to a file opened to read");
    close(fd);
}

static char *shared; // mapped by read_write, for the two after it

static void read_write(void)
{
    int fd = make_file(O_RDWR);
    shared = map(fd, AREA, PROT_READ | PROT_WRITE, MAP_SHARED);
    expect(close(fd) == 0, "close while mapped");
    expect_original(shared);
    memset(shared, 'B', SIZE);
    memset(shared + SIZE, 'C', AREA - SIZE);
    expect_all(shared, SIZE, 'B');
    unmap(shared, PGSIZE);
    expect_all(shared + PGSIZE, SIZE - PGSIZE, 'B');
    unmap(shared + PGSIZE, PGSIZE);
}

// All that was stored is in the file, and nothing of it behind its end.
static void dirty(void) { expect_file('B'); }

static void not_mapped(void)
{
    unmap(shared, AREA);
    unmap(shared + PGSIZE, PGSIZE);
    expect(status_of(load, shared) == -1, "nothing came back there");
}

// A page is looked at when it is first touched, not when it is mapped.
static void lazy(void)
{
    int fd = make_file(O_RDWR);
    char *p = map(fd, AREA, PROT_READ, MAP_PRIVATE);
    expect(pgpte(p) == 0, "nothing is filled before the first touch");
    expect(write(fd, "lazy", 4) == 4, "write");
    expect(memcmp(p, "lazy", 4) == 0, "a touch shows what was written since");
    expect_all(p + 4, SIZE - 4, 'A');
    unmap(p, AREA);
    close(fd);
}

static char *map_text(const char *name, const char *text)
{
    int fd = open(name, O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text), "%s can be made", name);
    char *p = map(fd, PGSIZE, PROT_READ, MAP_PRIVATE);
    close(fd);
    expect(unlink(name) == 0, "unlink while mapped");
    return p;
}

static void two_files(void)
{
    char *one = map_text("mmap1", "12345"), *two = map_text("mmap2", "67890");
    expect(one != two && memcmp(one, "12345", 6) == 0 && memcmp(two, "67890", 6) == 0,
           "each its own bytes");
    unmap(one, PGSIZE);
    expect(memcmp(two, "67890", 6) == 0, "the second outlives the first");
    unmap(two, PGSIZE);
}

static void unmapped_kills(void)
{
    int fd = make_file(O_RDONLY);
    char *p = map(fd, AREA, PROT_READ, MAP_SHARED);
    expect_original(p);
    for (int i = 1; i >= 0; i--) {
        unmap(p + i * PGSIZE, PGSIZE);
        expect(status_of(load, p + i * PGSIZE) == -1, "page %d is gone, for loads", i);
        expect(status_of(store, p + i * PGSIZE) == -1, "and stores");
        expect(i == 0 || status_of(load, p) == 0, "page 0 is not");
    }
    close(fd);
}

static void read_only_kills(void)
{
    int fd = make_file(O_RDWR);
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        char *p = map(fd, AREA, PROT_READ, flags);
        expect(status_of(store, p) == -1, "a store to an untouched page kills");
        expect_original(p);
        expect(status_of(store, p) == -1 && status_of(store, p + PGSIZE) == -1,
               "and to one that was read");
        unmap(p, AREA);
    }
    expect_file('A');
    close(fd);
}

static void child(char *p, char *q)
{
    expect_original(p);
    expect(q[0] == 'q', "the child has the parent's private page");
    memset(p, 'c', PGSIZE);
    q[0] = 'c';
    unmap(p, PGSIZE);
    exit(0); // which unmaps the rest
}

// Both of a shared mapping see one file; of a private one each has its own.
static void across_fork(void)
{
    int fd = make_file(O_RDWR), half = PGSIZE / 2;
    char *p = map(fd, AREA, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *q = map(fd, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    close(fd);
    expect(p[0] == 'A', "it is mapped");
    q[0] = 'q';
    if (must_fork() == 0)
        child(p, q);
    expect_children(1);
    expect_all(p, PGSIZE, 'c');
    expect_all(p + PGSIZE, half, 'A');
    expect(q[0] == 'q', "the child's private page is its own");
    memset(p, 'P', SIZE);
    unmap(p, AREA);
    unmap(q, AREA);
    expect_file('P');
}

struct part {
    const char *name, *other_name;
    void (*run)(void);
};

static const struct part parts[] = {
    {"mmap f", "basic mmap", basic},
    {"mmap private", 0, private},
    {"mmap read-only", 0, read_only},
    {"mmap read/write", 0, read_write},
    {"mmap dirty", 0, dirty},
    {"not-mapped unmap", 0, not_mapped},
    {"lazy access", 0, lazy},
    {"mmap two files", 0, two_files},
    {"munmap prevents access", 0, unmapped_kills},
    {"writes to read-only mapped memory", 0, read_only_kills},
};

static void run(const struct part *part)
{
    test_name = part->name;
    printf("test %s\n", part->name);
    part->run();
    printf("test %s: OK\n", part->name);
    if (part->other_name)
        printf("test %s: OK\n", part->other_name);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("mmaptest");
    printf("mmap_test starting\n");
    for (uint i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        run(&parts[i]);
    printf("mmap_test OK\n");
    printf("fork_test starting\n");
    run(&(struct part){"fork", 0, across_fork});
    printf("fork_test OK\n");
    unlink(NAME);
    printf("mmaptest: all tests succeeded\n");
    return 0;
}
