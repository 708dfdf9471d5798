// lazytests: lazy memory, by what a program sees of it.
//
//     lazy alloc     1 GiB of heap, of which every 64th page is touched
//     lazy unmap     1 GiB of heap that many children give back and then must not touch
//     out of memory  who touches more memory than there is is killed, nobody else
//
// Each runs in a child. sbrk promises memory here, so all use sbrklazy.
#include "kernel/riscv.h"
#include "user/lib/test.h"

#define SIZE (1L << 30)

static char *grow(long bytes)
{
    char *p = sys_sbrk(bytes, SBRK_LAZY);
    expect(p != SBRK_ERROR, "sbrklazy of %ld bytes", bytes);
    return p;
}

// Writes a pointer to itself into every step-th byte of p and reads all.
static void touch(char *p, long step)
{
    for (char *q = p; q < p + SIZE; q += step)
        *(char **)q = q;
    for (char *q = p; q < p + SIZE; q += step)
        expect(*(char **)q == q, "the page at %p keeps what was written", (void *)q);
}

static void lazy_alloc(void *arg)
{
    (void)arg;
    touch((char *)PGROUNDUP((uint64)grow(SIZE + PGSIZE)), 64 * PGSIZE);
}

static void unmap_and_touch(void *arg)
{
    grow(-SIZE - PGSIZE);
    *(volatile char *)arg = 1;
}

static void lazy_unmap(void *arg)
{
    const long step = 1L << 24;
    char *p = (char *)PGROUNDUP((uint64)grow(SIZE + PGSIZE));
    (void)arg;
    touch(p, step);
    for (char *q = p; q < p + SIZE; q += step)
        expect(status_of(unmap_and_touch, q) == -1,
               "a child that gave back %p is killed by touching it", (void *)q);
    for (char *q = p; q < p + SIZE; q += step)
        expect(*(char **)q == q, "the parent keeps the page at %p", (void *)q);
}

static void touch_everything(void *arg)
{
    (void)arg;
    for (;;) {
        char *p = grow(16 << 20);
        for (char *q = p; q < p + (16 << 20); q += PGSIZE)
            *q = 1;
    }
}

static void touch_little(void *arg)
{
    (void)arg;
    memset(grow(1 << 20), 1, 1 << 20);
}

static void out_of_memory(void *arg)
{
    (void)arg;
    expect(status_of(touch_everything, 0) == -1, "who touches all memory is killed");
    expect(status_of(touch_little, 0) == 0, "its memory is there for others");
}

static int run(const char *name, void (*f)(void *))
{
    printf("running test %s\n", name);
    test_name = name;
    int failed = status_of(f, 0) != 0;
    printf("test %s: %s\n", name, failed ? "FAILED" : "OK");
    return failed;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("lazytests");
    printf("lazytests starting\n");
    int failed = run("lazy alloc", lazy_alloc);
    failed += run("lazy unmap", lazy_unmap);
    failed += run("out of memory", out_of_memory);
    printf("%s\n", failed ? "SOME TESTS FAILED" : "ALL TESTS PASSED");
    return failed != 0;
}
