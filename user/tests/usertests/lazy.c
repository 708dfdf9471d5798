// Memory on first touch: sbrklazy, which promises nothing, and the zero page, which costs nothing.
#include "user/tests/usertests/heap_probe.h"

static void lazy_alloc(void)
{
    char *start = grow_heap(GB, SBRK_LAZY);
    for (char *p = start; p < start + GB; p += 64 * PGSIZE)
        *(char **)p = p;
    for (char *p = start; p < start + GB; p += 64 * PGSIZE)
        expect(*(char **)p == p && ((char **)p)[1] == 0, "the page at %p keeps what was written",
               (void *)p);
}

static void unmap_and_touch(void *arg)
{
    char *end = sbrk(0);
    expect(sbrklazy(-GB) == end && sbrk(0) == end - GB, "shrink by 1 GiB");
    *(volatile char *)arg = 1;
}

static void lazy_unmap(void)
{
    char *start = grow_heap(GB, SBRK_LAZY);
    for (char *p = start; p < start + GB; p += 16 * MB)
        *(char **)p = p;
    for (char *p = start; p < start + GB; p += 16 * MB)
        expect(status_of(unmap_and_touch, p) == -1, "a child that gave back %p cannot touch it",
               (void *)p);
    for (char *p = start; p < start + GB; p += 16 * MB)
        expect(*(char **)p == p, "the parent's page at %p stays", (void *)p);
}

// labs 22: paths and buffers in memory that was not touched before.
static void lazy_copy(void)
{
    static const uint64 nowhere[] = {0x3fffffc000, 0x3fffffd000, TRAPFRAME,
                                     TRAMPOLINE,   MAXVA,        2 * MAXVA};
    char *p = grow_heap(4 * PGSIZE, SBRK_LAZY);
    expect(open(p + PGSIZE, O_RDONLY) == -1 && errno == ENOENT,
           "a path of zeroes is the empty one");
    int fd = open("file", O_RDWR | O_CREATE);
    expect(fd >= 0 && write(fd, p + 2 * PGSIZE - 3, 6) == 6, "write from two untouched pages");
    p[3 * PGSIZE - 1] = 'x';
    expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, p + 3 * PGSIZE - 1, 6) == 6,
           "read into one that is and one that is not");
    for (int i = -1; i < 6; i++)
        expect(p[3 * PGSIZE + i] == 0, "zeroes were written");
    char *end = sbrk(0);
    expect(sys_sbrk(-(long)end - 1, SBRK_EAGER) == end,
           "shrinking by more than all returns the old break");
    for (uint i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        expect(lseek(fd, 0, SEEK_SET) == 0, "lseek");
        expect(read(fd, (void *)nowhere[i], 8) == -1 && errno == EFAULT, "read into %p",
               (void *)nowhere[i]);
        expect(write(fd, (void *)nowhere[i], 8) == -1 && errno == EFAULT, "write from %p",
               (void *)nowhere[i]);
    }
    close(fd);
    unlink("file");
}

static void lazy_sbrk(void)
{
    char *p = sbrk(0);
    while (p + GB <= (char *)(TRAPFRAME - PGSIZE)) {
        expect(sbrklazy(GB) == p, "1 GiB more, from %p", (void *)p);
        p += GB;
    }
    long rest = (char *)(TRAPFRAME - PGSIZE) - p;
    expect(sys_sbrk(rest, SBRK_LAZY) == p, "up to the last page");
    p = (char *)(TRAPFRAME - PGSIZE);
    expect(sbrk(PGSIZE) == p && sbrk(0) == (char *)TRAPFRAME, "the last page, promised");
    p[0] = 1;
    p[PGSIZE - 1] = 2;
    expect(p[0] == 1 && p[1] == 0 && p[PGSIZE - 1] == 2, "works");
    expect(sbrk(1) == SBRK_ERROR && errno == ENOMEM && sbrklazy(1) == SBRK_ERROR && errno == ENOMEM,
           "no byte more");
    expect(sbrk(0) == (char *)TRAPFRAME && store_kills(TRAPFRAME),
           "TRAPFRAME is not the program's");
    expect(write(-1, p, PGSIZE) == -1 && errno == EBADF, "the system lives");
}

static void touch_all(void *arg)
{
    char *p = grow_heap((long)arg, SBRK_LAZY);
    for (char *q = p; q < p + (long)arg; q += PGSIZE)
        *q = 1;
}

static void lazy_kills_toucher(void)
{
    int status;
    struct gate g = make_gate();
    int bystander = must_fork();
    if (bystander == 0) {
        wait_at(&g);
        exit(7);
    }
    long refusals = counter_value("fault_nomem");
    expect(status_of(touch_all, (void *)(2 * system_now().totalmem)) == -1,
           "who touches more than RAM is killed");
    expect(counter_value("fault_nomem") > refusals, "and it was counted");
    open_gate(&g);
    expect(waitpid(bystander, &status, 0) == bystander && status == 7, "a bystander lives");
}

// In a child that nobody disturbs with copies of its pages.
static void take_all_but(char *start, long left)
{
    while (sbrk(PGSIZE) != SBRK_ERROR)
        ;
    long pages = ((char *)sbrk(0) - start) / PGSIZE;
    write_words(start, pages - left, 1);
    sys_sbrk(-left * PGSIZE, SBRK_EAGER);
}

// The kernel touches untouched memory for a program when there is none left: the call fails, and
// what it was to move is moved later. The journal may give frames back just then: so it is tried
// again.
static void no_memory_in_a_call(void)
{
    enum { TRIES = 20 };
    int ends[2], tries = 0;
    char c = 'c';
    char *lazy = grow_heap(TRIES * PGSIZE, SBRK_LAZY);
    for (int i = 0; i < TRIES; i++)
        expect(lazy[i * PGSIZE] == 0, "page tables are there");
    own_pages();
    expect(pipe(ends) == 0, "pipe");
    do {
        expect(tries++ < TRIES && write(ends[1], &c, 1) == 1,
               "read without memory fails some time");
        take_all_but(grow_heap(0, SBRK_LAZY), 0);
    } while (read(ends[0], lazy + (tries - 1) * PGSIZE, 1) == 1);
    lazy += (tries - 1) * PGSIZE;
    expect(errno == EFAULT || errno == ENOMEM, "read without memory fails");
    expect(*lazy == 0, "reading needs none");
    sbrk(-64 * PGSIZE);
    expect(read(ends[0], lazy, 1) == 1 && *lazy == 'c',
           "it works when there is memory, and no byte was lost");
}

static void read_all_lazy(void *arg)
{
    char *p = grow_heap((long)arg, SBRK_LAZY);
    uint64 resident = self_now().resident;
    for (char *q = p; q < p + (long)arg; q += PGSIZE)
        expect(*q == 0, "untouched memory reads as zero");
    expect(self_now().resident == resident, "reading took no page");
}

// 256 MiB on a machine of half of that: only page tables are needed.
static void reading_takes_no_memory(void)
{
    expect(status_of(read_all_lazy, (void *)(256 * MB)) == 0, "reading 256 MiB of untouched heap");
}

static void reading_maps_the_zero_page(void)
{
    char *p = grow_heap(32 * PGSIZE, SBRK_LAZY);
    own_pages();
    long maps = counter_value("fault_zero_map");
    for (int i = 0; i < 32; i++)
        expect(p[i * PGSIZE + i] == 0, "zero");
    expect(counter_value("fault_zero_map") >= maps + 32, "a fault each");
    uint64 zero = frame_of(p);
    for (int i = 0; i < 32; i++) {
        expect(frame_of(p + i * PGSIZE) == zero && zero != 0, "one frame for all pages");
        expect(has_rights(p + i * PGSIZE, PTE_R | PTE_U) && pgpte(p) & PTE_COW,
               "to be read, copied at a write");
    }
    uint64 resident = self_now().resident;
    for (int i = 0; i < 32; i += 2)
        p[i * PGSIZE + 5] = 5;
    expect(self_now().resident == resident + 16, "a write takes a page");
    for (int i = 0; i < 32; i++) {
        expect((frame_of(p + i * PGSIZE) == zero) == i % 2, "which is the writer's alone");
        for (int b = 0; b < PGSIZE; b++)
            expect(p[i * PGSIZE + b] == (i % 2 || b != 5 ? 0 : 5),
                   "and zero but for what was written");
        expect(has_rights(p + i * PGSIZE, PTE_R | PTE_U | (i % 2 ? 0 : PTE_W)), "rights of page %d",
               i);
    }
}

// The zero page in a child, written there by program and kernel.
static void write_zero_pages(void *arg)
{
    char *p = arg;
    int ends[2];
    expect(pipe(ends) == 0 && write(ends[1], "k", 1) == 1, "pipe");
    p[0] = 'u';
    expect(read(ends[0], p + PGSIZE, 1) == 1, "read");
    expect(p[0] == 'u' && p[1] == 0 && p[PGSIZE] == 'k' && p[PGSIZE + 1] == 0, "own pages");
    expect(p[2 * PGSIZE] == 0, "others stay zero");
}

static void zero_page_after_fork(void)
{
    char *p = grow_heap(4 * PGSIZE, SBRK_LAZY);
    for (int i = 0; i < 4; i++)
        expect(p[i * PGSIZE] == 0, "zero");
    uint64 zero = frame_of(p);
    for (int i = 0; i < 5; i++)
        expect(status_of(write_zero_pages, p) == 0, "a child writes its own");
    for (int i = 0; i < 4; i++)
        expect(p[i * PGSIZE] == 0 && frame_of(p + i * PGSIZE) == zero,
               "the parent's are still the zero page");
    p[0] = 1;
    expect(frame_of(p) != zero && p[PGSIZE] == 0, "until it writes");
}

// Pages of p, from page `from` on, that are present before one that is not.
static int present_from(char *p, int from)
{
    int n = 0;
    while (pgpte(p + (from + n) * PGSIZE) != 0)
        n++;
    return n;
}

// Five untouched pages in a row are written: eight are filled at the fifth. The row begins behind
// an untouched page, so that it is nobody else's.
static void fill_along(void)
{
    char *p = grow_aligned(40 * PGSIZE, SBRK_EAGER);
    long along = counter_value("fault_zero_around");
    for (int i = 1; i <= 4; i++) {
        *word(p, i) = i;
        expect(present_from(p, 1) == i, "page %d alone", i);
    }
    *word(p, 5) = 5;
    expect(present_from(p, 1) == 4 + 8, "the fifth comes with seven others, not %d pages in all",
           present_from(p, 1));
    expect(counter_value("fault_zero_around") == along + 7, "which are counted");
    expect(pgpte(p) == 0, "none before");
    *word(p, 20) = 20;
    expect(present_from(p, 20) == 1, "a page out of the row comes alone");
    for (int i = 1; i < 40; i++)
        expect(*word(p, i) == (i <= 5 || i == 20 ? i : 0), "page %d holds what it must", i);
}

// What lies behind: the break, a lazy piece, pages that are there already, another page table.
static void fill_along_stops(void)
{
    char *p = grow_aligned(8 * PGSIZE, SBRK_EAGER);
    write_words(p + PGSIZE, 5, 1);
    expect(present_from(p, 1) == 7, "up to the break");
    expect(load_kills((uint64)p + 8 * PGSIZE), "and not beyond");

    p = grow_aligned(8 * PGSIZE, SBRK_EAGER);
    sbrklazy(8 * PGSIZE);
    write_words(p + PGSIZE, 5, 1);
    expect(present_from(p, 1) == 7, "up to where nothing is promised");

    p = grow_aligned(20 * PGSIZE, SBRK_EAGER);
    expect(p[8 * PGSIZE] == 0, "the zero page");
    uint64 zero = frame_of(p + 8 * PGSIZE);
    write_words(p + PGSIZE, 5, 1);
    expect(present_from(p, 1) == 8 && frame_of(p + 8 * PGSIZE) == zero,
           "up to a page that is there");

    p = grow_aligned(2 * MB + 20 * PGSIZE, SBRK_EAGER);
    write_words(p + 506 * PGSIZE, 5, 1);
    expect(present_from(p, 506) == 6, "up to the table's end");
    expect_words(p + 506 * PGSIZE, 5, 1);
}

static long elapsed_ms(uint64 since)
{
    return (read_time() - since) * 1000 / system_now().timebase;
}

static void sparse_is_quick(void)
{
    char *start = grow_heap(200 * GB, SBRK_LAZY);
    for (int i = 0; i < 200; i += 50)
        start[i * GB] = i + 1;
    uint64 t = read_time();
    for (int i = 0; i < 10; i++)
        expect(status_of(nothing, 0) == 0, "fork");
    expect(elapsed_ms(t) < 1000, "10 forks of a sparse heap in 1 s, not %ld ms", elapsed_ms(t));
    t = read_time();
    expect(sys_sbrk(-100 * GB, SBRK_EAGER) == start + 200 * GB, "shrink");
    expect(elapsed_ms(t) < 200, "shrinking in 0.2 s, not %ld ms", elapsed_ms(t));
    expect(start[50 * GB] == 51 && load_kills((uint64)start + 150 * GB), "the lower half stays");
}

// labs 24: a page of the heap may be written, and never fetched from, touched or not.
static void lazy_is_not_executable(void)
{
    char *p = grow_heap(2 * PGSIZE, SBRK_LAZY);
    expect(fetch_kills((uint64)p), "a jump to an untouched page kills");
    expect(pgpte(p) == 0, "and maps none");
    *(uint *)p = 0x00008067; // ret
    expect(fetch_kills((uint64)p), "a jump to a written page kills");
}

static char *lazy_arguments;

static void exec_from_lazy(void *arg)
{
    (void)arg;
    memcpy(lazy_arguments, "/true", 6);
    exec(lazy_arguments, (char **)(lazy_arguments + PGSIZE)); // no arguments at all
    exit(9);
}

static void exec_reads_lazy(void)
{
    lazy_arguments = grow_heap(2 * PGSIZE, SBRK_LAZY);
    expect(status_of(exec_from_lazy, 0) == 0, "exec with an argument vector in an untouched page");
}

const struct test lazy_tests[] = {
    TEST(lazy_alloc, 0, "xv6", "1 GiB of lazy heap, every 64th page touched"),
    TEST(lazy_unmap, 0, "xv6",
         "children give a sparse 1 GiB back and die when they touch it; the parent keeps its own"),
    TEST(lazy_copy, BOTH, "xv6, labs 22", "system calls on untouched memory, and on what is none"),
    TEST(lazy_sbrk, BOTH, "xv6", "a heap up to TRAPFRAME, its last page, and no byte more"),
    TEST(lazy_kills_toucher, ALONE, "",
         "who touches more lazy memory than there is is killed, nobody else"),
    TEST(no_memory_in_a_call, ALONE, "",
         "a system call that needs a page when there is none fails and loses nothing"),
    TEST(reading_takes_no_memory, 0, "", "reading more untouched memory than there is RAM"),
    TEST(reading_maps_the_zero_page, BOTH, "",
         "a read maps one zero page for all; a write gets a page of its own"),
    TEST(zero_page_after_fork, BOTH, "",
         "the zero page is shared by fork, too, and nobody writes it"),
    TEST(fill_along, 0, "", "promised pages written in a row are filled eight at a time"),
    TEST(fill_along_stops, 0, "",
         "pages filled along lie within the promise, the table, and before pages in place"),
    TEST(sparse_is_quick, ALONE, "",
         "fork and shrink of a sparse heap of 200 GiB cost what is mapped"),
    TEST(lazy_is_not_executable, BOTH, "labs 24",
         "a fetch from the heap kills, on untouched pages and others"),
    TEST(exec_reads_lazy, BOTH, "labs 22", "exec reads an untouched argument vector"),
    END_OF_TESTS,
};
