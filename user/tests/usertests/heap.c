// The heap: where the break goes, and what lies below it.
#include "user/tests/usertests/heap.h"
#include "user/tests/usertests/heap_probe.h"

static void sbrkbasic(void)
{
    char *old = sbrk(0);
    expect(sbrk(GB) == SBRK_ERROR && errno == ENOMEM && sbrk(0) == old,
           "1 GiB of 128 MiB is refused");
    for (int i = 0; i < 5000; i++) {
        char *p = sbrk(1);
        expect(p == old + i, "the break moves by a byte, to %p, not %p", (void *)(old + i),
               (void *)p);
        *p = i;
    }
    for (int i = 0; i < 5000; i++)
        expect(old[i] == (char)i, "byte %d is kept", i);
    expect(status_of(nothing, 0) == 0, "fork");
    expect(sbrk(1) == old + 5000 && sbrk(1) == old + 5001 && sbrk(0) == old + 5002,
           "it goes on after fork");
}

static void sbrkmuch(void)
{
    char *old = sbrk(0), *end = (char *)(100 * MB);
    expect(sbrk(end - old) == old, "a heap up to 100 MiB");
    end[-1] = 99;
    end[-PGSIZE] = 98;
    expect(sbrk(-PGSIZE) == end && sbrk(0) == end - PGSIZE, "a page less");
    expect(load_kills((uint64)end - PGSIZE), "is gone");
    expect(sbrk(PGSIZE) == end - PGSIZE && sbrk(0) == end, "and comes again");
    expect(end[-1] == 0 && end[-PGSIZE] == 0, "as zeroes");
    expect(sbrk(old - end) == end && sbrk(0) == old, "back to the old break");
}

// Whether 100 MiB of memory can be had, told as one byte; then waits.
static void ask_much(int report, struct gate *g)
{
    char *p = sbrk(100 * MB);
    char got = p != SBRK_ERROR;
    if (got)
        p[100 * MB - 1] = 1;
    else
        expect(errno == ENOMEM, "ENOMEM");
    write(report, &got, 1);
    wait_at(g);
    exit(0);
}

static void sbrkfail(void)
{
    int report[2], granted = 0;
    char got;
    struct gate g = make_gate();
    expect(pipe(report) == 0, "pipe");
    for (int i = 0; i < 10; i++)
        if (must_fork() == 0)
            ask_much(report[1], &g);
    for (int i = 0; i < 10; i++) {
        expect(read(report[0], &got, 1) == 1, "a child tells");
        granted += got;
    }
    expect(granted == 1, "100 of 128 MiB are promised to one of ten, not to %d", granted);
    char *c = sbrk(PGSIZE);
    expect(c != SBRK_ERROR, "a page is still to be had");
    *c = 1;
    open_gate(&g);
    expect_children(10);
    char *old = sbrk(0);
    expect(sbrk(1048576000) == SBRK_ERROR && errno == ENOMEM && sbrk(0) == old, "1000 MiB fail");
    char *much = sbrk(100 * MB);
    expect(much == old, "100 MiB can be had again");
}

static void sbrkbugs(void)
{
    char *top = sbrk(0);
    expect(sbrk(-(int)(uint64)top) == top, "shrinking to 0 returns the old break");
    char *start = sbrk(0);
    expect(start > (char *)sbrkbugs && getpid() > 0, "and leaves the program");
    expect(sbrk(5 * PGSIZE) == start && sbrk(3500 - 5 * PGSIZE) == start + 5 * PGSIZE,
           "shrink to 3500 bytes");
    memset(start, 'b', 3500);
    expect(sbrk(10) == start + 3500 && sbrk(-20) == start + 3510 && sbrk(0) == start + 3490,
           "by 10 bytes in a page");
    expect(start[0] == 'b' && start[3499] == 'b', "the page stays");
    expect(load_kills((uint64)start + PGSIZE), "the next is gone");
    expect(sbrk(-3490) == start + 3490 && load_kills((uint64)start), "an empty heap has no page");
    expect(sbrk(-1) == start && sbrk(0) == start, "and cannot shrink");
    expect(status_of(nothing, 0) == 0, "fork with an empty heap");
}

static void sbrklast(void)
{
    char *page = grow_heap(PGSIZE, SBRK_EAGER);
    sbrk(10);
    sbrk(-20);
    expect(sbrk(0) == page + PGSIZE - 10, "the break is 10 bytes below the page's end");
    char *p = page + PGSIZE - 64, c;
    memcpy(p, "x", 2);
    int fd = open(p, O_RDWR | O_CREATE);
    expect(fd >= 0 && write(fd, p, 1) == 1, "a path and a buffer in the last page");
    *p = 0;
    expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, p, 1) == 1 && *p == 'x', "read into it");
    expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, page + PGSIZE, 1) == -1 && errno == EFAULT,
           "not behind it");
    expect(read(fd, &c, 1) == 1 && close(fd) == 0 && unlink("x") == 0,
           "which takes no byte of the file");
}

static void sbrk8000(void)
{
    char *old = grow_heap(2 * PGSIZE, SBRK_EAGER) + 2 * PGSIZE;
    expect(sbrk((int)0x80000004) == old, "nearly -2 GiB: the old break");
    volatile char *top = sbrk(0);
    top[-1] = top[-1] + 1; // the stack's last byte: the name of the program
    top[-1] = top[-1] - 1;
    expect(sbrk(PGSIZE) == top && *top == 0, "a heap anew");
    expect(sys_sbrk(1L << 63, SBRK_EAGER) == top + PGSIZE && sbrk(0) == top, "-2^63 shrinks, too");
}

// labs 14: amounts that wrap or that an int cannot hold.
static void sbrk_does_not_wrap(void)
{
    static const uint64 too_much[] = {MAXVA, 1UL << 62, ~0UL >> 1, TRAPFRAME, TRAPFRAME - USERBASE};
    char *old = sbrk(0);
    for (int how = SBRK_EAGER; how <= SBRK_LAZY; how++)
        for (uint i = 0; i < sizeof(too_much) / sizeof(too_much[0]); i++)
            expect(sys_sbrk(too_much[i], how) == SBRK_ERROR && errno == ENOMEM && sbrk(0) == old,
                   "sbrk(0x%lx) fails", too_much[i]);
}

// labs 14: the old break was kept in an int.
static void break_above_2_gib(void)
{
    char *start = sbrk(0);
    for (long i = 0; i < 8; i++)
        expect(sbrklazy(GB) == start + i * GB, "break above %ld GiB", i);
    for (long i = 1; i < 9; i++)
        start[i * GB - 1] = i;
    for (long i = 1; i < 9; i++)
        expect(start[i * GB - 1] == i, "memory below %ld GiB", i);
    for (long i = 8; i > 0; i--)
        expect(sbrk(-GB) == start + i * GB, "down from %ld GiB", i);
}

static void sbrk_kinds(void)
{
    char *old = sbrk(0);
    for (int how = 0; how <= 4; how += how == 0 ? 3 : 1)
        expect(sys_sbrk(PGSIZE, how) == SBRK_ERROR && errno == EINVAL && sbrk(0) == old,
               "kind %d: EINVAL", how);
    expect(sys_sbrk(PGSIZE, -1) == SBRK_ERROR && errno == EINVAL, "kind -1: EINVAL");
}

static void shrink_by_bytes(void)
{
    char *start = grow_heap(3 * PGSIZE, SBRK_EAGER);
    memset(start, 1, 3 * PGSIZE);
    expect(sbrk(-PGSIZE - 100) == start + 3 * PGSIZE && sbrk(0) == start + 2 * PGSIZE - 100,
           "break in bytes");
    expect(load_kills((uint64)start + 2 * PGSIZE) && store_kills((uint64)start + 2 * PGSIZE),
           "the page is gone");
    expect(pgpte(start + 2 * PGSIZE) == 0 && pgpte(start + PGSIZE) != 0,
           "its entry, too, and no other");
    expect(sbrk(100 + PGSIZE) == start + 2 * PGSIZE - 100, "grow again");
    for (int i = 0; i < 3 * PGSIZE; i++)
        expect(start[i] == (i < 2 * PGSIZE), "byte %d: what stayed is kept, what is new is zero",
               i);
    char *end = start + 3 * PGSIZE;
    expect(sys_sbrk(-(1L << 40), SBRK_EAGER) == end, "shrinking too far returns the old break");
    char *bottom = sbrk(0);
    expect(bottom <= start && (uint64)bottom % PGSIZE == 0, "stops at the heap's start");
    expect(sys_sbrk(-(1L << 40), SBRK_LAZY) == bottom && sbrk(0) == bottom, "and stays there");
}

static void dirty_pages(void *arg)
{
    char *p = grow_heap((long)arg, SBRK_EAGER);
    memset(p, 0xa5, (long)arg);
}

// Frames that hold what others left.
static void new_pages_are_zero(void)
{
    static const char zeroes[PGSIZE];
    for (int round = 0; round < 3; round++) {
        expect(status_of(dirty_pages, (void *)(2 * MB)) == 0, "a child leaves dirty frames");
        char *p = grow_heap(2 * MB, round % 2 ? SBRK_EAGER : SBRK_LAZY);
        for (char *q = p; q < p + 2 * MB; q += PGSIZE) {
            q[0] = 0;
            expect(memcmp(q, zeroes, PGSIZE) == 0, "a new page is zero");
            memset(q, 0x5a, PGSIZE);
        }
        sbrk(-2 * MB);
    }
}

// known 25: the break goes up and down over the same addresses, across root entries.
static void heap_over_root_entries(void)
{
    char *start = grow_heap(0, SBRK_LAZY);
    for (int i = 1; i <= 10; i++) {
        expect(sys_sbrk(2 * GB, SBRK_LAZY) == start, "grow");
        expect(start[2 * GB - 1] == 0 && start[GB] == 0 && start[0] == 0, "new pages are zero");
        start[2 * GB - 1] = start[GB] = start[0] = i;
        expect(status_of(nothing, 0) == 0, "fork");
        expect(start[2 * GB - 1] == i && start[GB] == i && start[0] == i, "memory stays");
        expect(sys_sbrk(-2 * GB, SBRK_LAZY) == start + 2 * GB, "shrink");
        expect(load_kills((uint64)start + GB) && read(-1, start + GB, 1) == -1,
               "what was given back is gone");
    }
}

static void use_heap_with_holes(void *arg)
{
    const long step = 1700L * PGSIZE;
    char *p = grow_heap(GB, SBRK_LAZY);
    for (long i = 0; i < GB; i += step)
        p[i] = 1;
    expect(status_of(nothing, 0) == 0, "fork");
    expect(sbrk(-GB / 2) == p + GB, "shrink");
    expect(status_of(nothing, 0) == 0, "fork after shrinking");
    for (long i = 0; i < GB / 2; i += step)
        expect(p[i] == 1 && p[i + PGSIZE] == 0, "memory stays, and so do the holes");
    (void)arg;
}

// known 26: pages of a lazy heap that were never touched are skipped by fork, shrink and exit.
static void heap_with_holes(void)
{
    expect(status_of(use_heap_with_holes, 0) == 0, "a heap with holes");
}

// Pieces of both kinds, 8 pages each, then down over their borders.
static void heap_of_both_kinds(void)
{
    own_pages();
    uint64 promised = system_now().promised;
    char *start = grow_heap(0, SBRK_LAZY);
    for (int i = 0; i < 10; i++)
        expect(sys_sbrk(8 * PGSIZE, i % 2 ? SBRK_LAZY : SBRK_EAGER) == start + i * 8 * PGSIZE,
               "piece %d", i);
    write_words(start, 80, 1);
    expect_words(start, 80, 1);
    for (int pages = 80; pages > 5; pages -= 5) {
        expect(sbrk(-5 * PGSIZE) == start + pages * PGSIZE, "5 pages less");
        expect_words(start, pages - 5, 1);
        expect(pgpte(start + (pages - 5) * PGSIZE) == 0, "which are gone");
    }
    sys_sbrk(-5 * PGSIZE, SBRK_LAZY);
    expect(sbrk(0) == start && system_now().promised == promised, "all is back");
}

// Fills memory with blocks that are linked through their first words: how many there were.
static int malloc_until_failure(void)
{
    void *list = 0, **p;
    int n = 0;
    for (; (p = malloc(100001)) != 0; n++) {
        *p = list;
        p[100000 / 8] = p;
        list = p;
    }
    expect(errno == ENOMEM, "ENOMEM");
    while (list) {
        p = list;
        expect(p[100000 / 8] == p, "a block keeps what it holds");
        list = *p;
        free(p);
    }
    return n;
}

static void malloc_takes_all(void)
{
    int n = malloc_until_failure();
    expect(n > 500, "more than 50 MB in blocks of 100 kB, not %d", n);
    expect(malloc_until_failure() == n, "as many again after they are freed");
}

static void expect_break(void *arg)
{
    expect(sbrk(0) == arg && sbrk(1) == arg && sbrk(0) == (char *)arg + 1,
           "a child's break is its parent's");
}

static void break_is_inherited(void)
{
    for (int i = 0; i < 100; i++) {
        sbrk(101);
        expect(status_of(expect_break, sbrk(0)) == 0, "a break in the middle of a page");
    }
}

const struct test heap_tests[] = {
    TEST(sbrkbasic, ALONE, "xv6",
         "the break moves by bytes, on after fork, and not by what is not there"),
    TEST(sbrkmuch, ALONE, "xv6",
         "100 MiB of heap, a page less and more: the page comes back as zeroes"),
    TEST(sbrkfail, ALONE, "xv6",
         "100 MiB for one of ten processes; an sbrk that fails takes nothing"),
    TEST(sbrkbugs, BOTH, "xv6",
         "the heap shrinks to nothing and to parts of a page, and the program goes on"),
    TEST(sbrklast, BOTH, "xv6", "system calls reach the last page of the heap, partly given back"),
    TEST(sbrk8000, BOTH, "xv6", "sbrk of nearly -2^31 and of -2^63 empties the heap and no more"),
    TEST(sbrk_does_not_wrap, 0, "labs 14", "sbrk beyond user memory fails, whatever the amount"),
    TEST(break_above_2_gib, BOTH, "labs 14", "breaks and memory above 2 and 4 GiB"),
    TEST(sbrk_kinds, 0, "", "sbrk of an unknown kind: EINVAL"),
    TEST(shrink_by_bytes, BOTH, "",
         "the heap shrinks by bytes, whole pages go, it stops at its start"),
    TEST(new_pages_are_zero, 0, "", "new pages are zero, whatever their frames held"),
    TEST(heap_over_root_entries, BOTH, "known 25",
         "the break up and down over the same addresses, across root entries"),
    TEST(break_is_inherited, BOTH, "", "a child's break is its parent's, to the byte"),
    TEST(heap_with_holes, BOTH, "known 26",
         "untouched pages of a heap are skipped by fork, shrink and exit"),
    TEST(heap_of_both_kinds, ALONE, "",
         "promised and lazy pieces in one heap, shrunk over their borders"),
    TEST(malloc_takes_all, ALONE, "", "malloc until failure, free, as much again"),
    TEST(promise_is_exact, ALONE, "", "sbrk promises a frame a page and one a new page table"),
    TEST(promise_counts_tables, ALONE, "",
         "promised page tables of both levels, across a root entry; they stay"),
    TEST(promise_is_refused, ALONE, "", "sbrk promises no page too many, and nothing if it fails"),
    TEST(promise_is_spent_by_touching, ALONE, "", "a write spends one promise, a read none"),
    TEST(promise_comes_back, ALONE, "", "exit, kill, exec and shrinking give promises back"),
    TEST(promise_is_not_inherited, ALONE, "",
         "a child's writes spend nothing of its parent's promises"),
    TEST(promise_is_kept, ALONE, "", "promised pages can be touched after others took all memory"),
    TEST(errno_without_memory, ALONE, "", "an sbrk that fails needs no page to say so"),
    TEST(promise_beside_mapping, ALONE, "",
         "who maps what the cache was to give back is refused, not who was promised it"),
    TEST(promise_beside_inodes, SLOW | ALONE, "",
         "the blocks of open files' inodes are no memory that is promised to others"),
    TEST(promise_of_all_memory, ALONE, "",
         "free memory goes down to 0 by pages promised, and all can be touched"),
    END_OF_TESTS,
};
