// Copy-on-write: fork copies no page of data, writes diverge, the last holder of a page claims it
// without a copy. A page's identity is its physical address, as pgpte tells it.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

#define MB        (1024 * 1024)
#define MAX_PAGES (64 * MB / PGSIZE)

static uint64 frames[MAX_PAGES];
static char *area;
static int pages;

// Touches n pages, each with a mark of its own, and notes their frames.
static void make_area(int n)
{
    pages = n;
    area = sbrk(n * PGSIZE);
    expect(area != SBRK_ERROR, "sbrk of %d pages", n);
    for (int i = 0; i < n; i++) {
        *(int *)(area + (uint64)i * PGSIZE) = i;
        frames[i] = PTE2PA(pgpte(area + (uint64)i * PGSIZE));
        expect(frames[i] != 0, "a frame behind page %d", i);
    }
}

static uint64 frame_of(int i) { return PTE2PA(pgpte(area + (uint64)i * PGSIZE)); }

static int *mark(int i) { return (int *)(area + (uint64)i * PGSIZE); }

// 64 MiB; on smaller machines half of what is free.
static int big_area(void)
{
    struct sysinfo s;
    sysinfo(&s);
    int n = s.freemem / PGSIZE / 2;
    return n < MAX_PAGES ? n : MAX_PAGES;
}

static void same_frames(void *arg)
{
    (void)arg;
    for (int i = 0; i < pages; i++) {
        expect(frame_of(i) == frames[i], "page %d has the parent's frame", i);
        expect(*mark(i) == i, "page %d holds what the parent wrote", i);
    }
}

static long copies(void) { return counter_value("fault_cow_copy") + counter_value("fault_cow_around"); }

static void fork_copies_nothing(void)
{
    make_area(big_area());
    long before = copies();
    expect(status_of(same_frames, 0) == 0, "child shares all frames");
    long copied = copies() - before;
    expect(copied < 100, "fork of %d pages copies few pages, not %ld", pages, copied);
}

static void write_all_pages(void *arg)
{
    (void)arg;
    for (int i = 0; i < pages; i++) {
        expect(*mark(i) == i, "page %d is the parent's", i);
        *mark(i) = -i - 1;
        expect(frame_of(i) != frames[i], "page %d is a copy", i);
    }
    for (int i = 0; i < pages; i++)
        expect(*mark(i) == -i - 1, "page %d keeps what was written", i);
}

static void diverge_on_write(void)
{
    make_area(1024);
    expect(status_of(write_all_pages, 0) == 0, "child writes copies");
    for (int i = 0; i < pages; i++)
        expect(*mark(i) == i && frame_of(i) == frames[i], "parent's page %d is untouched", i);
}

static void parent_writes_first(void)
{
    int ends[2], status;
    char c;
    make_area(256);
    expect(pipe(ends) == 0, "pipe");
    int pid = must_fork();
    if (pid == 0) {
        read(ends[0], &c, 1);
        same_frames(0);
        exit(0);
    }
    for (int i = 0; i < pages; i++)
        *mark(i) = 7;
    write(ends[1], "x", 1);
    wait(&status);
    expect(status == 0, "child keeps the old pages");
}

static void nothing(void *arg) { (void)arg; }

static void last_holder_claims(void)
{
    make_area(1024);
    status_of(nothing, 0);
    long claims = counter_value("fault_cow_claim");
    long before = copies();
    for (int i = 0; i < pages; i++)
        *mark(i) = i + 1;
    long copied = copies() - before;
    for (int i = 0; i < pages; i++)
        expect(frame_of(i) == frames[i], "page %d is not copied", i);
    expect(copied < 100, "no copies, not %ld", copied);
    expect(counter_value("fault_cow_claim") > claims, "claims are counted");
}

// read() into a shared page is a write to it.
static void read_into_shared(void *arg)
{
    int fd = open("/zero", O_RDONLY);
    expect(fd >= 0, "open /zero");
    (void)arg;
    for (int i = 0; i < pages; i++)
        expect(read(fd, mark(i), sizeof(int)) == sizeof(int) && *mark(i) == 0, "read");
}

static void kernel_writes_diverge(void)
{
    make_area(64);
    expect(status_of(read_into_shared, 0) == 0, "child reads into its pages");
    for (int i = 0; i < pages; i++)
        expect(*mark(i) == i, "parent's page %d is untouched", i);
}

static void grandchildren(void *arg)
{
    int depth = (long)arg;
    *mark(depth) = -1;
    if (depth < 20)
        expect(status_of(grandchildren, (void *)(long)(depth + 1)) == 0, "generation %d", depth);
    expect(*mark(depth + 1) == depth + 1, "the child's write stays there");
}

static void generations(void)
{
    make_area(32);
    grandchildren(0);
}

static void touch_some(void *arg)
{
    for (char *p = area; p < area + (long)arg; p += 1000 * PGSIZE)
        expect(*p == 1, "page is the parent's"), *p = 2;
}

static void two_thirds_of_memory(void)
{
    struct sysinfo s;
    sysinfo(&s);
    long size = PGROUNDDOWN(s.totalmem / 3 * 2);
    area = sys_sbrk(size, SBRK_EAGER);
    expect(area != SBRK_ERROR, "sbrk of %ld KiB, %lu KiB are free", size / 1024, s.freemem / 1024);
    for (char *p = area; p < area + size; p += PGSIZE)
        *p = 1;
    expect(status_of(touch_some, (void *)size) == 0, "child runs");
    for (char *p = area; p < area + size; p += PGSIZE)
        expect(*p == 1, "page is the parent's");
}

static const struct subtest tests[] = {
    {"fork_copies_nothing", fork_copies_nothing},     {"diverge_on_write", diverge_on_write},
    {"parent_writes_first", parent_writes_first},     {"last_holder_claims", last_holder_claims},
    {"kernel_writes_diverge", kernel_writes_diverge}, {"generations", generations},
    {"two_thirds_of_memory", two_thirds_of_memory},   {0, 0},
};

int main(int argc, char **argv) { return run_subtests("cowcheck", tests, argc, argv); }
