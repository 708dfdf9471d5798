// Copy-on-write: parent and child share frames until one of them writes, and then each sees what
// it wrote itself. A page's identity is its physical address, as pgpte tells it.
#include "user/tests/usertests/cow.h"
#include "user/tests/usertests/heap_probe.h"
#include "user/tests/usertests/procs_help.h"

#define PAGES 64

static char *area;
static uint64 frames[PAGES];

// Marks of their own in all pages: 100 + i.
static void make_area(void)
{
    area = grow_heap(PAGES * PGSIZE, SBRK_EAGER);
    write_words(area, PAGES, 100);
    for (int i = 0; i < PAGES; i++) {
        frames[i] = frame_of(area + i * PGSIZE);
        expect(frames[i] != 0 && has_rights(area + i * PGSIZE, PTE_R | PTE_W | PTE_U),
               "page %d can be written", i);
    }
}

static void expect_shared(void)
{
    for (int i = 0; i < PAGES; i++) {
        uint64 entry = pgpte(area + i * PGSIZE);
        expect(PTE2PA(entry) == frames[i], "page %d has the frame that it had before fork", i);
        expect((entry & (PTE_W | PTE_COW)) == PTE_COW, "page %d is copied at a write", i);
    }
    expect_words(area, PAGES, 100);
}

static void expect_own(const char *who)
{
    for (int i = 0; i < PAGES; i++) {
        uint64 entry = pgpte(area + i * PGSIZE);
        expect(PTE2PA(entry) != frames[i], "page %d is %s own", i, who);
        expect((entry & (PTE_W | PTE_COW)) == PTE_W, "page %d can be written", i);
    }
}

static void child_shares(void *arg)
{
    (void)arg;
    expect_shared();
}

static void fork_shares_frames(void)
{
    make_area();
    expect(status_of(child_shares, 0) == 0, "the child has the parent's frames, for reading");
    expect_shared();
}

static void child_writes(void *arg)
{
    (void)arg;
    write_words(area, PAGES, -1000);
    expect_words(area, PAGES, -1000);
    expect_own("the child's");
}

static void child_writes_stay(void)
{
    make_area();
    for (int i = 0; i < 3; i++)
        expect(status_of(child_writes, 0) == 0, "a child writes");
    for (int i = 0; i < PAGES; i++)
        expect(frame_of(area + i * PGSIZE) == frames[i], "the parent keeps frame %d", i);
    expect_words(area, PAGES, 100);
}

// With a child that waits: a parent's write after fork must not reach it.
static void parent_writes_stay(void)
{
    struct gate g = make_gate();
    make_area();
    if (must_fork() == 0) {
        wait_at(&g);
        for (int i = 0; i < PAGES; i++)
            expect(frame_of(area + i * PGSIZE) == frames[i], "the child keeps frame %d", i);
        expect_words(area, PAGES, 100);
        exit(0);
    }
    write_words(area, PAGES, -2000);
    expect_own("the parent's");
    open_gate(&g);
    expect_children(1);
    expect_words(area, PAGES, -2000);
}

// Every byte of a copied page is copied.
static void copies_are_whole(void)
{
    char *p = grow_heap(4 * PGSIZE, SBRK_EAGER);
    srand(4711);
    for (int i = 0; i < 4 * PGSIZE; i++)
        p[i] = rand();
    int pid = must_fork();
    if (pid == 0) {
        for (int page = 0; page < 4; page++)
            p[page * PGSIZE + 1000 * page + 7] ^= 1;
        srand(4711);
        for (int i = 0; i < 4 * PGSIZE; i++)
            expect(p[i] == (char)(rand() ^ (i % PGSIZE == i / PGSIZE * 1000 + 7)),
                   "byte %d of the copies", i);
        exit(0);
    }
    expect_children(1);
    srand(4711);
    for (int i = 0; i < 4 * PGSIZE; i++)
        expect(p[i] == (char)rand(), "byte %d of the originals", i);
}

// One byte from a pipe into each page, in the child or in the parent.
static void read_into_pages(void)
{
    int ends[2];
    char bytes[PAGES];
    memset(bytes, 'r', PAGES);
    expect(pipe(ends) == 0 && write(ends[1], bytes, PAGES) == PAGES, "pipe");
    for (int i = 0; i < PAGES; i++)
        expect(read(ends[0], area + i * PGSIZE + 1, 1) == 1, "read into page %d", i);
    for (int i = 0; i < PAGES; i++)
        expect(area[i * PGSIZE + 1] == 'r' && area[i * PGSIZE] == 100 + i, "page %d has both", i);
    close(ends[0]);
    close(ends[1]);
}

static void child_reads_into(void *arg)
{
    (void)arg;
    read_into_pages();
    expect_own("the child's");
}

static void kernel_writes_copy(void)
{
    struct gate g = make_gate();
    make_area();
    expect(status_of(child_reads_into, 0) == 0, "a child reads into its pages");
    expect_words(area, PAGES, 100);
    if (must_fork() == 0) {
        wait_at(&g);
        expect_words(area, PAGES, 100);
        exit(0);
    }
    read_into_pages();
    expect_own("the parent's");
    open_gate(&g);
    expect_children(1);
}

// Text and read-only data are shared as they are; nothing is to be copied, ever.
static void text_is_shared(void)
{
    static const char rodata[] = "constant";
    const char *const both[] = {(const char *)text_is_shared, rodata};
    uint64 before[2];
    for (int i = 0; i < 2; i++)
        before[i] = pgpte((void *)both[i]);
    int pid = must_fork();
    for (int i = 0; i < 2; i++) {
        uint64 entry = pgpte((void *)both[i]);
        expect(entry == before[i] && (entry & (PTE_W | PTE_COW)) == 0,
               "the same entry, read-only, not to be copied");
    }
    if (pid == 0)
        exit(0);
    expect_children(1);
    expect(store_kills((uint64)rodata) && strcmp(rodata, "constant") == 0,
           "a store to it kills after fork, too");
}

static int global = 1;

// Data, bss and stack are private, as the heap is.
static void data_and_stack(void)
{
    static int zeroes[2 * PGSIZE / sizeof(int)];
    volatile int local = 1;
    for (int round = 1; round <= 5; round++) {
        int pid = must_fork();
        if (pid == 0) {
            expect(global == round && local == round && zeroes[1000] == round - 1,
                   "the child has the parent's values");
            global = local = zeroes[1000] = -1;
            exit(0);
        }
        expect_children(1);
        expect(global == round && local == round && zeroes[1000] == round - 1,
               "the child's values stay there");
        local++;
        zeroes[1000] = global++;
    }
}

// fork in the middle of what is promised.
static void fork_amid_promises(void)
{
    struct gate g = make_gate();
    char *p = grow_heap(128 * PGSIZE, SBRK_EAGER);
    write_words(p, 50, 1);
    if (must_fork() == 0) {
        write_words(p + 30 * PGSIZE, 98, 1000);
        wait_at(&g);
        expect_words(p, 30, 1);
        expect_words(p + 30 * PGSIZE, 98, 1000);
        exit(0);
    }
    write_words(p + 20 * PGSIZE, 108, 2000);
    open_gate(&g);
    expect_children(1);
    expect_words(p, 20, 1);
    expect_words(p + 20 * PGSIZE, 108, 2000);
}

// Pages that are given back while another process has them, in both directions.
static void shrink_while_shared(void)
{
    struct gate g = make_gate();
    make_area();
    if (must_fork() == 0) {
        wait_at(&g);
        expect_words(area, PAGES, 100);
        exit(0);
    }
    sbrk(-PAGES * PGSIZE);
    expect(sbrk(PAGES * PGSIZE) == area && *word(area, 0) == 0, "new pages are zero");
    write_words(area, PAGES, 5);
    if (must_fork() == 0) {
        sbrk(-PAGES * PGSIZE);
        exit(0);
    }
    open_gate(&g);
    expect_children(2);
    expect_words(area, PAGES, 5);
}

// A store and a load that straddle a shared page and an untouched one.
static void across_page_edges(void)
{
    char *p = grow_heap(3 * PGSIZE, SBRK_LAZY);
    volatile uint64 *edge = (uint64 *)(p + PGSIZE - 3), *upper = (uint64 *)(p + 2 * PGSIZE - 5);
    memset(p, 0x11, PGSIZE);
    int pid = must_fork();
    expect(*edge == 0x111111, "a load across the edge");
    *edge = 0x8877665544332211;
    expect(*edge == 0x8877665544332211 && p[PGSIZE - 4] == 0x11 && p[PGSIZE + 5] == 0,
           "a store across the edge");
    *upper = pid;
    expect(*upper == (uint64)pid && p[PGSIZE + 4] == (char)0x88, "and across the next");
    if (pid == 0)
        exit(0);
    expect_children(1);
}

// The writable pages of process pid, from its last-level tables at the first 2 MiB: how many; their
// frames in list.
static int writable_frames(int pid, uint64 *list, int max)
{
    static uint64 table[512];
    int n = 0;
    if (pgtable(pid, 0, USERBASE, 0, table) < 0)
        return 0;
    for (int i = 0; i < 512 && n < max; i++)
        if (table[i] & (PTE_W | PTE_COW))
            list[n++] = PTE2PA(table[i]);
    return n;
}

static int run_cat(struct gate *g)
{
    char *argv[] = {"cat", 0};
    int pid = must_fork();
    if (pid == 0) {
        close(0);
        dup(g->ends[0]);
        close(g->ends[0]);
        close(g->ends[1]);
        exec("/cat", argv);
        exit(1);
    }
    wait_called(pid, "cat");
    wait_asleep(pid);
    return pid;
}

// Two processes that run the same program: no frame that one can write is the other's.
static void exec_shares_nothing(void)
{
    uint64 a[64], b[64], zero;
    char *p = grow_heap(PGSIZE, SBRK_LAZY);
    expect(*p == 0, "zero");
    zero = frame_of(p);
    struct gate g = make_gate();
    int first = run_cat(&g), second = run_cat(&g);
    int na = writable_frames(first, a, 64), nb = writable_frames(second, b, 64);
    expect(na > 0 && nb > 0, "both have a stack");
    for (int i = 0; i < na; i++)
        for (int j = 0; j < nb; j++)
            expect(a[i] != b[j] || a[i] == zero, "frame 0x%lx is one program's alone", a[i]);
    open_gate(&g);
    expect_children(2);
}

const struct test cow_tests[] = {
    TEST(fork_shares_frames, BOTH, "",
         "after fork both have the same frames, which neither can write"),
    TEST(child_writes_stay, BOTH, "", "what a child writes is its own"),
    TEST(parent_writes_stay, BOTH, "known 25",
         "what a parent writes after fork does not reach the child"),
    TEST(copies_are_whole, 0, "", "a copied page has all its bytes"),
    TEST(kernel_writes_copy, BOTH, "", "read() into a shared page copies it, in child and parent"),
    TEST(text_is_shared, BOTH, "", "text and read-only data are shared by fork as they are"),
    TEST(data_and_stack, BOTH, "", "data, bss and stack are private after fork"),
    TEST(fork_amid_promises, 0, "", "fork of a heap that is promised and partly touched"),
    TEST(shrink_while_shared, 0, "", "pages given back by one stay with the other"),
    TEST(across_page_edges, BOTH, "",
         "loads and stores across the edge of a shared and an untouched page"),
    TEST(exec_shares_nothing, ALONE, "",
         "two processes of one program share no page that can be written"),
    TEST(fork_takes_tables_only, ALONE, "",
         "fork of many pages takes frames for page tables and the kernel's stack alone"),
    TEST(child_takes_what_it_writes, ALONE, "", "a child that writes k pages takes k frames"),
    TEST(last_holder_claims, 0, "", "the last holder of a page writes it without a copy"),
    TEST(copies_in_runs, 0, "", "pages written in a row are copied 1, 2, 4, 8, 8 ... at a time"),
    TEST(runs_stop, 0, "",
         "a run of copies stops at zero pages, holes and the break, and claims what is the last"),
    TEST(copies_without_memory, ALONE, "",
         "a child that cannot have its copies is killed; the parent is whole"),
    TEST(forks_without_memory, ALONE, "",
         "fork fails when there is no memory, and leaves the parent whole"),
    TEST(cow_generations, BOTH, "",
         "20 generations, each writes a page and sees its forebears' others"),
    TEST(cow_exit_orders, 0, "",
         "three holders of the same pages end in each order, each having written some"),
    TEST(cow_hammer, ALONE, "",
         "many processes write, fork and leave the same pages; the last one claims them all"),
    TEST(cow_no_stale_pages, BOTH, "",
         "parent and child write at once after fork, on several harts: no value leaks"),
    TEST(cow_no_stale_kernel_writes, 0, "", "the same with writes by the kernel"),
    TEST(cow_fork_storm, 0, "", "children that fork twice each over a shared area"),
    END_OF_TESTS,
};
