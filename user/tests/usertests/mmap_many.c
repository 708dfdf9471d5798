// How many mappings a process may have, and which neighbours become one mapping.
#include "user/tests/usertests/mmap.h"
#include "user/tests/usertests/procs_help.h"

// Pages: every other one with other rights makes more regions than there may be.
#define MANY      70000L
#define OWN       20 // regions that a program has before it maps anything, at most
#define NEIGHBORS 100

// From the top down, every other page of [p, p + pages) becomes a region of its own, as long as
// that works. How many.
static long divide(char *p, long pages)
{
    long n = 0;
    for (long i = pages - 2; i > 0 && mprotect(p + i * PGSIZE, PGSIZE, PROT_READ) == 0; i -= 2)
        n++;
    return n;
}

static void expect_full(char *p)
{
    expect(mprotect(p + PGSIZE, PGSIZE, PROT_READ) == -1 && errno == ENOMEM,
           "mprotect at the limit");
    expect(munmap(p + PGSIZE, PGSIZE) == -1 && errno == ENOMEM,
           "munmap that leaves two pieces at the limit");
    expect(mmap(0, PGSIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM,
           "mmap at it");
    expect(mmap(p + PGSIZE, PGSIZE, RW, MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED &&
               errno == ENOMEM,
           "the same into a mapping");
}

void map_too_many(void)
{
    char *p = map_pages(MANY, MAP_PRIVATE), *top = p + MANY * PGSIZE;
    *p = 'a';
    top[-1] = 'z';
    long n = divide(p, MANY);
    expect(errno == ENOMEM && 2 * n <= REGIONS_MAX && 2 * n >= REGIONS_MAX - OWN,
           "%ld times two regions", n);
    expect_full(p);
    expect(*p == 'a' && top[-1] == 'z' && p[PGSIZE] == 0, "the memory is as it was");
    p[PGSIZE] = 'b';

    // A child has as many, and all calls that need no more of them work.
    int pid = must_fork();
    if (pid == 0) {
        expect_full(p);
        expect(madvise(p, MANY * PGSIZE, MADV_DONTNEED) == 0 && *p == 0, "madvise of all");
        unmap(p, MANY * PGSIZE);
        unmap(map_pages(1, MAP_SHARED), PGSIZE);
        exit(0);
    }
    expect_status(pid, 0);
    expect(p[PGSIZE] == 'b' && top[-1] == 'z', "the parent has its bytes");

    // What is alike again is one.
    protect(p, MANY * PGSIZE, RW);
    expect(divide(p, 1000) == 499, "there is room again");
    unmap(p, MANY * PGSIZE);
}

static long objects_now(void) { return system_now().kmemobjs; }

// Mappings that have come to be: how many objects of the kernel's more than before.
static void expect_merged(const char *what, long before, long most)
{
    long more = objects_now() - before;
    expect(more <= most, "%s: %ld objects, not %ld", what, most, more);
}

void map_neighbors(void)
{
    int fd = filled_file("f", NEIGHBORS * PGSIZE, 1);
    settle();
    long before = objects_now();
    char *p = map_pages(1, MAP_PRIVATE), *low = p;
    for (int i = 1; i < NEIGHBORS; i++)
        low = map_pages(1, MAP_PRIVATE);
    expect(low == p - (NEIGHBORS - 1) * PGSIZE, "one below the other");
    expect_merged("memory, downwards", before, 1);
    low[0] = p[0] = 'a';
    divide(low, NEIGHBORS);
    protect(low, NEIGHBORS * PGSIZE, PROT_NONE);
    protect(low, NEIGHBORS * PGSIZE, RW);
    expect_merged("memory whose rights have come back", before, 1);
    expect(low[0] == 'a' && p[0] == 'a' && low[PGSIZE] == 0, "and it has its bytes");

    // Of a file only what goes on where the one before ends.
    for (int i = 0; i < NEIGHBORS; i++)
        expect(mmap(FAR + i * PGSIZE, PGSIZE, RW, MAP_SHARED | MAP_FIXED, fd, i * PGSIZE) ==
                   FAR + i * PGSIZE,
               "mmap");
    expect_merged("a file, upwards", before, 2);
    expect(is_filled(FAR, 0, NEIGHBORS * PGSIZE, 1), "the file's bytes");
    for (int i = 0; i < NEIGHBORS; i++)
        expect(mmap(FAR + i * PGSIZE, PGSIZE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0) ==
                   FAR + i * PGSIZE,
               "mmap");
    expect(objects_now() - before >= NEIGHBORS, "many mappings of one page are many");
    for (int i = 0; i < NEIGHBORS; i++)
        expect(is_filled(FAR + i * PGSIZE, 0, PGSIZE, 1), "page %d is the first of the file", i);

    unmap(FAR, NEIGHBORS * PGSIZE);
    unmap(low, NEIGHBORS * PGSIZE);
    expect_merged("nothing is left", before, 0);
    discard(fd, "f");
}

static void divide_without_memory(void *arg)
{
    char *p = map_pages(MANY / 2, MAP_PRIVATE);
    (void)arg;
    own_pages();
    take_memory(20);
    long n = divide(p, MANY / 2);
    expect(errno == ENOMEM && n > 0 && n < MANY / 4 - 1, "memory for regions is out after %ld", n);
    expect(mmap(0, PGSIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM,
           "no mmap");
    unmap(p, MANY / 2 * PGSIZE);
    expect(mmap(0, PGSIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
           "mmap works again");
}

void map_out_of_memory(void) { expect(status_of(divide_without_memory, 0) == 0, "no call kills"); }
