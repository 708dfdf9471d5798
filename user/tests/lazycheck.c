// The heap: what sbrk promises and keeps, what sbrklazy does not promise, and that sparse heaps
// cost what is touched.
#include "kernel/memlayout.h"
#include "user/lib/test.h"

#define GB (1L << 30)

static uint64 free_memory(void)
{
    struct sysinfo s;
    expect(sysinfo(&s) == 0, "sysinfo");
    return s.freemem;
}

static uint64 total_memory(void)
{
    struct sysinfo s;
    expect(sysinfo(&s) == 0, "sysinfo");
    return s.totalmem;
}

static void eager_refuses(void)
{
    long n = total_memory() < GB ? GB : total_memory();
    char *old = sbrk(0);
    expect(sys_sbrk(n, SBRK_EAGER) == SBRK_ERROR && errno == ENOMEM, "sbrk beyond memory fails");
    expect(sbrk(0) == old, "the break stays");
}

static void touch_all(void *arg)
{
    long n = (long)arg;
    char *p = sys_sbrk(n, SBRK_LAZY);
    expect(p != SBRK_ERROR, "sbrklazy beyond memory works");
    for (char *q = p; q < p + n; q += PGSIZE)
        *q = 1;
}

static void lazy_kills_toucher(void)
{
    long n = total_memory() < GB ? GB : 2 * total_memory();
    int gate[2], status;
    char c;
    expect(pipe(gate) == 0, "pipe");
    int bystander = must_fork();
    if (bystander == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        exit(7);
    }
    expect(status_of(touch_all, (void *)n) == -1, "the toucher is killed");
    close(gate[1]);
    expect(waitpid(bystander, &status, 0) == bystander && status == 7, "a bystander lives");
}

static void read_all_lazy(void *arg)
{
    char *p = sys_sbrk((long)arg, SBRK_LAZY);
    expect(p != SBRK_ERROR, "sbrklazy");
    for (char *q = p; q < p + (long)arg; q += PGSIZE)
        expect(*q == 0, "untouched memory reads as zero");
}

// Reading maps the zero page: only page tables are needed.
static void reading_is_cheap(void)
{
    expect(status_of(read_all_lazy, (void *)GB) == 0, "reading 1 GiB of untouched heap");
}

// Takes memory page by page until it is refused: free memory must go down by what is promised, to
// nearly nothing, and come back.
static void promises_are_exact(void)
{
    errno = 0; // in a child, its page is the parent's too: get the copy while there is memory
    sync();
    uint64 before = free_memory(), last = before, now;
    char *start = sbrk(0);
    int exceptions = 0; // the journal may bring blocks home meanwhile and give its copies back
    for (; sbrk(PGSIZE) != SBRK_ERROR; last = now) {
        now = free_memory();
        exceptions += now > last - PGSIZE;
    }
    expect(exceptions <= 3, "free memory goes down by a page each time, but for %d", exceptions);
    expect(last <= 2 * PGSIZE, "free memory goes down to 0, not %lu", last);
    for (char *q = start; q < (char *)sbrk(0); q += PGSIZE)
        *q = 1; // every promise is kept
    sbrk(start - (char *)sbrk(0));
    expect(sbrk(0) == start, "the break is back");
    uint64 after = free_memory();
    uint64 tables = before / 512 + 16 * PGSIZE; // they stay until the process ends
    expect(after + tables >= before, "free memory comes back: %lu of %lu", after, before);
}

static long elapsed_ms(uint64 since)
{
    struct sysinfo s;
    sysinfo(&s);
    return (read_time() - since) * 1000 / s.timebase;
}

static void nothing(void *arg) { (void)arg; }

static void sparse_is_quick(void)
{
    char *start = sbrk(0);
    for (int i = 0; i < 200; i++) {
        char *p = sbrklazy(GB);
        expect(p == start + i * GB, "200 GiB of lazy heap");
        if (i % 50 == 0)
            *p = 1;
    }
    uint64 t = read_time();
    for (int i = 0; i < 10; i++)
        expect(status_of(nothing, 0) == 0, "fork");
    expect(elapsed_ms(t) < 1000, "10 forks of a sparse heap in 1 s, not %ld ms", elapsed_ms(t));
    t = read_time();
    expect(sys_sbrk(-200 * GB, SBRK_EAGER) == start + 200 * GB, "shrink");
    expect(elapsed_ms(t) < 200, "shrinking in 0.2 s, not %ld ms", elapsed_ms(t));
    expect(sbrk(0) == start, "break");
}

static void up_to_trapframe(void)
{
    char *p = sbrk(0);
    expect(sys_sbrk((char *)TRAPFRAME - p, SBRK_LAZY) == p, "heap up to TRAPFRAME");
    *(char *)(TRAPFRAME - 1) = 1;
    expect(sbrklazy(1) == SBRK_ERROR && sbrk(1) == SBRK_ERROR, "not one byte more");
    expect(sys_sbrk(1L << 62, SBRK_LAZY) == SBRK_ERROR, "nor 2^62");
}

static void read_byte(void *arg) { exit(*(volatile char *)arg); }

static void shrinks_by_bytes(void)
{
    uint64 brk = (uint64)sbrk(0);
    expect(sbrk(PGROUNDUP(brk) - brk) != SBRK_ERROR, "align the break");
    char *start = sbrk(3 * PGSIZE);
    memset(start, 1, 3 * PGSIZE);
    sbrk(-PGSIZE - 100);
    expect(sbrk(0) == start + 2 * PGSIZE - 100, "break in bytes");
    expect(status_of(read_byte, start + 2 * PGSIZE) == -1, "the page given back is gone");
    expect(sbrk(100 + PGSIZE) == start + 2 * PGSIZE - 100, "grow again");
    expect(start[2 * PGSIZE] == 0, "it comes back zeroed");
    expect(start[PGSIZE] == 1, "the rest stays");
    char *end = sbrk(0);
    expect(sys_sbrk(-(1L << 40), SBRK_EAGER) == end, "shrinking returns the old break");
    expect((uint64)sbrk(0) <= brk, "and stops at the heap's start");
    expect(sys_sbrk(-(1L << 40), SBRK_EAGER) == sbrk(0), "where it stays");
}

static const struct subtest tests[] = {
    {"eager_refuses", eager_refuses},       {"lazy_kills_toucher", lazy_kills_toucher},
    {"reading_is_cheap", reading_is_cheap}, {"promises_are_exact", promises_are_exact},
    {"sparse_is_quick", sparse_is_quick},   {"up_to_trapframe", up_to_trapframe},
    {"shrinks_by_bytes", shrinks_by_bytes}, {0, 0},
};

int main(int argc, char **argv) { return run_subtests("lazycheck", tests, argc, argv); }
