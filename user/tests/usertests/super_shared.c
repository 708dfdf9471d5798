// 2 MiB leaves that several processes share: they are copied as a whole, claimed, or split.
#include "user/tests/usertests/super.h"

static char *area;

static long copies, claims, splits;

static void remember_counts(void)
{
    copies = counter_value("super_copy");
    claims = counter_value("super_claim");
    splits = counter_value("super_split");
}

static int counts_are(long copied, long claimed, long split)
{
    return counter_value("super_copy") - copies == copied &&
           counter_value("super_claim") - claims == claimed &&
           counter_value("super_split") - splits == split;
}

static void write_a_word(void *arg)
{
    uint64 frame = frame_of(area);
    expect(is_leaf_at(area, SHARED) && frame == (uint64)arg,
           "the child has the same leaf, to be read");
    remember_counts();
    expect_words(area, LEAF_PAGES, 0);
    expect(counts_are(0, 0, 0), "reading copies nothing");
    *word(area, 77) = -77;
    expect(is_leaf_at(area, LEAF_RW) && frame_of(area) != frame && counts_are(1, 0, 0),
           "a write copies all of it");
    expect(*word(area, 77) == -77, "the word");
    *word(area, 77) = 77;
    expect_words(area, LEAF_PAGES, 0);
    write_words(area, LEAF_PAGES, -1);
    expect(counts_are(1, 0, 0), "once");
}

void super_fork(void)
{
    area = grow_leaves(1, 0);
    uint64 entry = pgpte(area);
    expect(status_of(write_a_word, (void *)PTE2PA(entry)) == 0, "a child writes");
    expect_words(area, LEAF_PAGES, 0);
    expect(is_leaf_at(area, SHARED) && PTE2PA(pgpte(area)) == PTE2PA(entry),
           "the parent's leaf stays");
    *word(area, 5) = 5;
    expect(pgpte(area) == entry, "and is its own after a write");
}

void super_claim(void)
{
    area = grow_leaves(2, 0);
    uint64 entry = pgpte(area);
    for (int round = 0; round < 3; round++) {
        expect(status_of(nothing, 0) == 0, "a child comes and goes");
        expect(is_leaf_at(area, SHARED), "the leaf is still marked");
        remember_counts();
        write_words(area, 2 * LEAF_PAGES, round);
        expect(counts_are(0, 2, 0) && pgpte(area) == entry &&
                   is_leaf_at(area + SUPERPGSIZE, LEAF_RW),
               "two are claimed");
    }
}

void super_copy_by_parent(void)
{
    struct gate g = make_gate();
    area = grow_leaves(1, 0);
    uint64 frame = frame_of(area);
    if (must_fork() == 0) {
        wait_at(&g);
        expect_words(area, LEAF_PAGES, 0);
        *word(area, 0) = 1;
        expect(frame_of(area) == frame && is_leaf_at(area, LEAF_RW), "the last holder's");
        exit(0);
    }
    write_words(area, LEAF_PAGES, -1);
    expect(is_leaf_at(area, LEAF_RW) && frame_of(area) != frame, "the parent has another");
    open_gate(&g);
    expect_children(1);
    expect_words(area, LEAF_PAGES, -1);
}

// Promises so much that less than a quarter of memory is available.
static void make_memory_short(void)
{
    struct sysinfo s = system_now();
    long much = (long)s.freemem - (long)s.totalmem / 5;
    expect(much > 0 && sys_sbrk(much, SBRK_EAGER) != SBRK_ERROR, "promise %ld bytes", much);
}

// Page n is this process's own; the others have the frames of the leaf at base and are marked.
static void expect_split(int n, uint64 base)
{
    for (int i = 0; i < LEAF_PAGES; i++) {
        uint64 entry = pgpte(area + i * PGSIZE);
        expect((PTE2PA(entry) == base + i * PGSIZE) == (i != n), "the frame of page %d", i);
        expect((entry & (PTE_W | PTE_COW)) == (i == n ? PTE_W : PTE_COW), "the rights of page %d",
               i);
        expect(*word(area, i) == (i == n ? -1 : i), "the word in page %d", i);
    }
}

static void write_one_by_one(void *arg)
{
    uint64 base = (uint64)arg;
    expect(is_leaf_at(area, SHARED), "a child's leaf");
    remember_counts();
    uint64 resident = self_now().resident;
    *word(area, 200) = -1;
    expect(self_now().resident == resident && counts_are(0, 0, 1),
           "a write splits it, and takes no page more");
    expect_split(200, base);
    write_words(area, LEAF_PAGES, 1000);
    expect_words(area, LEAF_PAGES, 1000);
}

void super_split_by_child(void)
{
    area = grow_leaves(1, 0);
    own_pages();
    make_memory_short();
    uint64 entry = pgpte(area);
    expect(status_of(write_one_by_one, (void *)PTE2PA(entry)) == 0, "a child writes page by page");
    expect(is_leaf_at(area, SHARED), "the parent has a leaf still");
    expect_words(area, LEAF_PAGES, 0);
    remember_counts();
    *word(area, 9) = 9;
    expect(pgpte(area) == entry && counts_are(0, 1, 0), "and claims it");
}

void super_split_by_parent(void)
{
    struct gate g = make_gate();
    area = grow_leaves(1, 0);
    own_pages();
    make_memory_short();
    uint64 base = frame_of(area);
    if (must_fork() == 0) {
        wait_at(&g);
        expect(is_leaf_at(area, SHARED), "a child's leaf stays one");
        expect_words(area, LEAF_PAGES, 0);
        sbrk(-(long)(sbrk(0) - area) + 100 * PGSIZE);
        expect_words(area, 100, 0);
        exit(0);
    }
    *word(area, 3) = -1;
    expect_split(3, base);
    open_gate(&g);
    expect_children(1);
    long copied = counter_value("fault_cow_copy");
    write_words(area + 4 * PGSIZE, LEAF_PAGES - 4, 4);
    for (int i = 4; i < LEAF_PAGES; i++)
        expect(frame_of(area + i * PGSIZE) == base + i * PGSIZE &&
                   has_rights(area + i * PGSIZE, LEAF_RW),
               "claimed");
    expect(counter_value("fault_cow_copy") == copied, "none was copied");
}

// A child has copied all of a leaf but its last page.
void super_partly_shared(void)
{
    struct gate g = make_gate();
    int report[2];
    char c;
    expect(pipe(report) == 0, "pipe");
    area = grow_leaves(1, 0);
    if (must_fork() == 0) {
        own_pages();
        make_memory_short();
        write_words(area, LEAF_PAGES - 1, 1);
        write(report[1], "w", 1);
        wait_at(&g);
        expect(*word(area, LEAF_PAGES - 1) == LEAF_PAGES - 1,
               "the parent's write does not reach the child");
        exit(0);
    }
    expect(read(report[0], &c, 1) == 1, "the child has pages of its own");
    remember_counts();
    write_words(area, LEAF_PAGES, 2);
    expect(counts_are(0, 0, 1), "the parent's leaf is split");
    expect_words(area, LEAF_PAGES, 2);
    open_gate(&g);
    expect_children(1);
}

// Leaves memory free in single frames only: what every other frame was taken for is given back.
static void scatter_memory(void)
{
    long half = system_now().freemem / PGSIZE / 2, i = 0;
    char *p = grow_heap(2 * half * PGSIZE, SBRK_LAZY);
    for (; i < half && system_now().freemem > 128 * PGSIZE; i++)
        *word(p, i) = *word(p, half + i) = i;
    sys_sbrk(-half * PGSIZE, SBRK_EAGER);
}

static void write_in_scattered(void *arg)
{
    remember_counts();
    *word(area, 100) = -1;
    expect(counts_are(0, 0, 1), "a child's write splits its leaf");
    expect_split(100, (uint64)arg);
}

void super_without_blocks(void)
{
    area = grow_leaves(1, 0);
    own_pages();
    scatter_memory();
    expect(status_of(write_in_scattered, (void *)frame_of(area)) == 0, "a child");
    expect_words(area, LEAF_PAGES, 0);
    char *p = grow_aligned(4 * MB, SBRK_EAGER);
    settle(); // dirty blocks count as promised to a cache that is as small as can be
    uint64 promised = system_now().promised, fills = counter_value("super_fill");
    expect(system_now().freemem > 8 * MB, "there is memory");
    write_words(p, 4 * MB / PGSIZE, 1);
    expect(counter_value("super_fill") == (long)fills && pgpte(p) != pgpte(p + PGSIZE),
           "a heap by pages");
    expect(promised - system_now().promised == 4 * MB / PGSIZE,
           "which spends its promises; tables are there");
    expect_words(p, 4 * MB / PGSIZE, 1);
    expect(status_of(nothing, 0) == 0, "fork");
}

#define GENERATIONS 12

// Each writes its page of the second leaf, and gives back a page of the first... from its end.
static void generation(void *arg)
{
    long depth = (long)arg;
    *word(area, depth) = -depth - 1;
    if (depth % 4 == 3)
        sbrk(-PGSIZE);
    if (depth + 1 < GENERATIONS)
        expect(status_of(generation, (void *)(depth + 1)) == 0, "generation %ld", depth + 1);
    for (long i = 0; i < GENERATIONS; i++)
        expect(*word(area, i) == (i <= depth ? -i - 1 : i), "page %ld of generation %ld", i, depth);
    expect_words(area + GENERATIONS * PGSIZE, LEAF_PAGES, GENERATIONS);
}

void super_generations(void)
{
    area = grow_leaves(2, 0);
    generation(0);
    expect_words(area + GENERATIONS * PGSIZE, 2 * LEAF_PAGES - GENERATIONS, GENERATIONS);
}

// The parent has just written the leaf, so its own translation allows it; then it is shared.
static void write_at_once(long round)
{
    write_words(area, LEAF_PAGES, round);
    if (must_fork() == 0) {
        expect_words(area, LEAF_PAGES, round);
        write_words(area, LEAF_PAGES, -round);
        expect_words(area, LEAF_PAGES, -round);
        exit(0);
    }
    *word(area, round % LEAF_PAGES) = round + 1000;
    pause(round % 8 == 0); // comes back on another hart, perhaps
    write_words(area, LEAF_PAGES, round + 1);
    expect_words(area, LEAF_PAGES, round + 1);
    expect_children(1);
    expect_words(area, LEAF_PAGES, round + 1);
}

void super_no_stale(void)
{
    area = grow_leaves(1, 0);
    for (long round = 0; round < 40; round++)
        write_at_once(round);
}

// Pages that were read, then copied along with another, then written by the kernel: each of which
// has translations of its own.
static void read_copy_read(void *arg)
{
    int end = (int)(long)arg;
    expect_words(area, LEAF_PAGES, 0);
    *word(area, 1) = -1;
    for (int i = 0; i < LEAF_PAGES; i += 8) {
        volatile char *p = area + i * PGSIZE;
        expect(read(end, (char *)p, 1) == 1 && *p == 'k',
               "what the kernel wrote to page %d is seen", i);
    }
}

void super_no_stale_reads(void)
{
    int ends[2];
    char bytes[LEAF_PAGES / 8];
    memset(bytes, 'k', sizeof(bytes));
    area = grow_leaves(1, 0);
    expect(pipe(ends) == 0, "pipe");
    for (int round = 0; round < 10; round++) {
        expect(write(ends[1], bytes, sizeof(bytes)) == sizeof(bytes), "bytes for the child");
        expect(status_of(read_copy_read, (void *)(long)ends[0]) == 0, "a child");
        expect_words(area, LEAF_PAGES, 0);
        write_words(area, LEAF_PAGES, 0);
    }
}

#define STORM_PAGES (2 * LEAF_PAGES)

static void be_grandchild(long mark)
{
    for (int i = 0; i < STORM_PAGES; i += 37)
        *word(area, i) = mark + i;
    if (mark % 3 == 0)
        sbrk(-(int)(mark % LEAF_PAGES + 1) * PGSIZE);
    for (int i = 0; i < LEAF_PAGES; i++)
        expect(*word(area, i) == (i % 37 ? i : mark + i), "page %d of %ld", i, mark);
    exit(0);
}

static void be_child(int self, const struct gate *g)
{
    wait_at(g);
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 2; i++)
            if (must_fork() == 0)
                be_grandchild(1000 * self + 10 * round + i);
        if (round == self % 4)
            write_words(area, STORM_PAGES, 0);
        expect_children(2);
        expect_words(area, STORM_PAGES, 0);
    }
    exit(0);
}

// If a count went wrong in a race, a frame is lost, or freed while in use.
void super_storm(void)
{
    area = grow_leaves(2, 0);
    uint64 entry = pgpte(area);
    for (int round = 0; round < 3; round++) {
        struct gate g = make_gate();
        for (int i = 0; i < 8; i++)
            if (must_fork() == 0)
                be_child(i + 1, &g);
        open_gate(&g);
        expect_children(8);
        expect_words(area, STORM_PAGES, 0);
        write_words(area, STORM_PAGES, 0);
        expect(pgpte(area) == entry && is_leaf_at(area + SUPERPGSIZE, LEAF_RW),
               "the last holder claims its leaves");
    }
}
