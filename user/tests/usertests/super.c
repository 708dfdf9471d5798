// Heaps that are mapped by 2 MiB leaves: when they are, what happens to a leaf of which a part is
// given back, what leaves cost, and system calls on them. pgpte tells the entry of the leaf for
// each page.
#include "user/tests/usertests/super.h"

#include "user/lib/roots.h"

char *grow_leaves(int leaves, long mark)
{
    char *p = grow_aligned(leaves * (long)SUPERPGSIZE, SBRK_EAGER);
    write_words(p, leaves * LEAF_PAGES, mark);
    for (int i = 0; i < leaves; i++)
        expect(is_leaf_at(p + i * (long)SUPERPGSIZE, LEAF_RW), "piece %d of the heap is a leaf", i);
    return p;
}

int is_leaf_at(char *p, uint64 rights)
{
    static uint64 table[TABLE_ENTRIES];
    uint64 entry = pgpte(p);
    for (int i = 0; i < LEAF_PAGES; i++)
        if (pgpte(p + i * PGSIZE) != entry)
            return 0;
    return has_rights(p, rights) && PTE2PA(entry) % SUPERPGSIZE == 0 &&
           pgtable(getpid(), USER_ROOT, (uint64)p, 0, table) == -1 && errno == ENOENT;
}

static void leave_dirty_frames(void *arg)
{
    memset(grow_heap(16 * MB, SBRK_EAGER), 0xa5, 16 * MB);
    (void)arg;
}

static int is_zero(const char *p, long bytes)
{
    const uint64 *w = (const uint64 *)p, *end = (const uint64 *)(p + bytes);
    while (w < end && *w == 0)
        w++;
    return w == end;
}

static void super_fill(void)
{
    expect(status_of(leave_dirty_frames, 0) == 0, "a child leaves dirty frames");
    own_pages();
    char *p = grow_aligned(2 * SUPERPGSIZE, SBRK_EAGER);
    long fills = counter_value("super_fill");
    uint64 resident = self_now().resident;
    p[5 * PGSIZE + 5] = 5;
    expect(self_now().resident == resident + LEAF_PAGES,
           "a write to an untouched 2 MiB maps all of it");
    expect(is_leaf_at(p, LEAF_RW) && counter_value("super_fill") == fills + 1, "by a leaf");
    expect(pgpte(p + SUPERPGSIZE) == 0 && pgpte(p - PGSIZE) == 0, "nothing behind it or before");
    expect(p[5 * PGSIZE + 5] == 5, "the byte is there");
    p[5 * PGSIZE + 5] = 0;
    expect(is_zero(p, SUPERPGSIZE), "and all the others are zero");
    p[2 * SUPERPGSIZE - 1] = 1;
    expect(is_leaf_at(p + SUPERPGSIZE, LEAF_RW) && pgpte(p) != pgpte(p + SUPERPGSIZE),
           "the next is another");
}

// A page is touched alone: it is a page.
static void expect_page(char *p, const char *what)
{
    uint64 resident = self_now().resident;
    *p = 1;
    expect(pgpte(p) != 0 && pgpte(p + PGSIZE) == 0 && self_now().resident == resident + 1,
           "%s: a page", what);
}

static void super_nowhere_else(void)
{
    own_pages();
    long fills = counter_value("super_fill");
    expect_page(grow_aligned(SUPERPGSIZE, SBRK_LAZY), "memory that is not promised");
    expect_page(grow_aligned(SUPERPGSIZE - PGSIZE, SBRK_EAGER), "a page less than 2 MiB");
    expect_page(grow_aligned(SUPERPGSIZE - 2 * PGSIZE, SBRK_EAGER),
                "2 MiB of which the rest is lazy");
    sbrklazy(2 * PGSIZE);
    char *p = grow_aligned(SUPERPGSIZE, SBRK_EAGER);
    expect(p[SUPERPGSIZE - 1] == 0, "the zero page");
    expect_page(p, "2 MiB of which a page has been read");
    p = grow_aligned(SUPERPGSIZE, SBRK_EAGER);
    expect(*p == 0 && sbrk(-SUPERPGSIZE) != SBRK_ERROR && sbrk(SUPERPGSIZE) == p,
           "read, given back, grown again");
    *p = 1;
    expect(is_leaf_at(p, LEAF_RW) && counter_value("super_fill") == fills + 1,
           "untouched again: a leaf");
}

// What is left of a leaf at p: pages with frames from `base` on, each with its word.
static void expect_rest(char *p, int pages, uint64 base)
{
    for (int i = 0; i < pages; i++)
        expect(frame_of(p + i * PGSIZE) == base + i * PGSIZE &&
                   has_rights(p + i * PGSIZE, LEAF_RW) && *word(p, i) == i,
               "page %d of %d keeps its frame, rights and bytes", i, pages);
}

static void super_free_by_pages(void)
{
    char *p = grow_leaves(1, 0);
    uint64 base = frame_of(p);
    long splits = counter_value("super_split");
    for (int left = LEAF_PAGES - 1; left >= 0; left--) {
        char *gone = p + left * PGSIZE;
        expect(sbrk(-PGSIZE) == gone + PGSIZE && pgpte(gone) == 0, "page %d is gone", left);
        if (left % 10 == 0)
            expect_rest(p, left, base);
        if (left % 100 == 0) {
            expect(load_kills((uint64)gone) && store_kills((uint64)gone),
                   "it kills who touches it");
            write_words(p, left, 0); // for rights after the forks
        }
    }
    expect(counter_value("super_split") == splits + 1, "the leaf was split once");
}

// The break goes down through two leaves at once, into the middle of a third.
static void super_free_middle(void)
{
    char *p = grow_leaves(3, 0);
    uint64 base = frame_of(p);
    own_pages();
    uint64 resident = self_now().resident, tables = self_now().tables;
    expect(sbrk(-2 * SUPERPGSIZE - 300 * PGSIZE) == p + 3 * SUPERPGSIZE, "shrink");
    expect(self_now().resident == resident - 2 * LEAF_PAGES - 300 && self_now().tables == tables,
           "pages went, tables not");
    expect_rest(p, LEAF_PAGES - 300, base);
    for (int i = LEAF_PAGES - 300; i < 3 * LEAF_PAGES; i++)
        expect(pgpte(p + i * PGSIZE) == 0, "page %d is gone", i);
    expect(sbrk(2 * SUPERPGSIZE + 300 * PGSIZE) != SBRK_ERROR, "grow again");
    write_words(p + SUPERPGSIZE, LEAF_PAGES, -1);
    expect(is_leaf_at(p + SUPERPGSIZE, LEAF_RW), "an untouched 2 MiB is a leaf again");
    expect(is_zero(p + SUPERPGSIZE - 300 * PGSIZE, 300 * PGSIZE), "the rest reads as zero");
    write_words(p, LEAF_PAGES, 0);
    expect_rest(p, LEAF_PAGES - 300, base);
    expect_words(p, LEAF_PAGES, 0);
    expect_words(p + SUPERPGSIZE, LEAF_PAGES, -1);
}

// Promises, frames and tables, with half a MiB = 128 pages as the unit.
static void super_promises(void)
{
    char *p = grow_aligned(0, SBRK_LAZY);
    settle();
    struct sysinfo s = system_now(), t;
    uint64 tables = self_now().tables, resident = self_now().resident;
    expect(sbrk(4 * MB) == p && system_now().promised == s.promised + 8 * 128 + 2,
           "4 MiB and two tables promised");
    *p = 1;
    t = system_now();
    expect(t.promised == s.promised + 4 * 128 + 1, "a leaf spends 512 promises and its table's");
    expect(t.freepages + LEAF_PAGES + 1 == s.freepages, "they are frames now, not %lu",
           s.freepages - t.freepages);
    expect(self_now().tables == tables + 1 && self_now().resident == resident + LEAF_PAGES,
           "as procinfo tells");
    sbrk(-MB);
    expect(system_now().promised == s.promised + 2 * 128 + 1, "1 MiB less of what is untouched");
    sbrk(-2 * MB);
    expect(system_now().promised == s.promised, "2 MiB less, half of it untouched");
    expect(self_now().tables == tables + 1 && self_now().resident == resident + LEAF_PAGES / 2,
           "the leaf lost half");
    sbrk(MB);
    expect(system_now().promised == s.promised + 2 * 128, "1 MiB more, by a table that is there");
    write_words(p + MB, 256, 0);
    expect(system_now().promised == s.promised && self_now().resident == resident + LEAF_PAGES,
           "touched page by page");
    sbrk(-2 * MB);
    expect(sbrk(2 * MB) == p && system_now().promised == s.promised + 4 * 128,
           "all back, and 2 MiB again");
    *p = 1;
    expect(is_leaf_at(p, LEAF_RW) && system_now().promised == s.promised &&
               self_now().tables == tables + 1,
           "a leaf again");
}

static void touch_and_end(void *arg)
{
    char *argv[] = {"true", 0}, *p = grow_leaves(4, 0);
    sbrk(-MB);
    if ((long)arg == 0)
        exit(0);
    if ((long)arg == 1)
        *(volatile char *)(p + 4 * SUPERPGSIZE) = 1;
    exec("/true", argv);
    exit(1);
}

static void super_comes_back(void)
{
    expect(status_of(touch_and_end, (void *)2L) == 0, "once, to fill caches");
    settle();
    struct sysinfo before = system_now();
    for (long i = 0; i < 30; i++)
        expect(status_of(touch_and_end, (void *)(i % 3)) == (i % 3 == 1 ? -1 : 0), "a child ends");
    settle();
    struct sysinfo after = system_now();
    expect(after.promised == before.promised && after.freemem + 16 * PGSIZE > before.freemem,
           "promised %lu, after exit, kill and exec %lu; free %lu and %lu", before.promised,
           after.promised, before.freemem, after.freemem);
}

// The bytes of what goes through system calls below.
static void make_bytes(char *p, int n, int seed)
{
    for (int i = 0; i < n; i++)
        p[i] = i * 7 + i / 256 + seed;
}

static int has_bytes(const char *p, int n, int seed)
{
    int i = 0;
    while (i < n && p[i] == (char)(i * 7 + i / 256 + seed))
        i++;
    return i == n;
}

// A file written from and read to addresses around the edge of two leaves.
static void through_a_file(char *edge, int seed)
{
    static const int sizes[] = {2, 300, 9001, 5 * PGSIZE};
    for (uint i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int n = sizes[i], fd = open("f", O_RDWR | O_CREATE | O_TRUNC);
        make_bytes(edge - n / 2, n, seed);
        expect(fd >= 0 && write(fd, edge - n / 2, n) == n, "%d bytes written", n);
        memset(edge - n - 1, 0, 2 * n + 2);
        expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, edge - n / 3, n) == n, "%d bytes read", n);
        expect(has_bytes(edge - n / 3, n, seed) && edge[-n / 3 - 1] == 0 && edge[n - n / 3] == 0,
               "these, no others");
        close(fd);
    }
    expect(unlink("f") == 0, "unlink");
}

static void through_a_pipe(char *edge, int seed)
{
    int ends[2];
    expect(pipe(ends) == 0, "pipe");
    make_bytes(edge - 100, 300, seed);
    expect(write(ends[1], edge - 100, 300) == 300 && read(ends[0], edge - 200, 300) == 300,
           "through a pipe");
    expect(has_bytes(edge - 200, 300, seed), "300 bytes");
    strcpy(edge - 3, "/zero");
    int fd = open(edge - 3, O_RDONLY);
    expect(fd >= 0 && read(fd, edge - 200, 400) == 400 && is_zero(edge - 200, 400),
           "a path across the edge");
    close(fd), close(ends[0]), close(ends[1]);
}

static void calls_in_child(void *edge)
{
    through_a_file(edge, 9);
    through_a_pipe(edge, 10);
}

// The kernel's own accesses: leaf and leaf, leaf and page, shared with a child.
static void super_in_calls(void)
{
    char *p = grow_leaves(2, 0);
    char *tail = grow_heap(10 * PGSIZE, SBRK_EAGER);
    char *edges[] = {p + SUPERPGSIZE, tail};
    for (int i = 0; i < 2; i++) {
        through_a_file(edges[i], i);
        through_a_pipe(edges[i], i);
        make_bytes(edges[i] - 20000, 40000, 5);
        expect(status_of(calls_in_child, edges[i]) == 0, "in a child");
        expect(has_bytes(edges[i] - 20000, 40000, 5), "which changes nothing here");
    }
    p[0] = p[SUPERPGSIZE] = 1;
    expect(is_leaf_at(p, LEAF_RW) && is_leaf_at(p + SUPERPGSIZE, LEAF_RW), "they are leaves still");
}

// A leaf made by the kernel's access; one whose pages the kernel gives out and must not write.
static void super_made_by_call(void)
{
    char *p = grow_aligned(2 * SUPERPGSIZE, SBRK_EAGER);
    int ends[2];
    expect(pipe(ends) == 0 && write(ends[1], "xyz", 3) == 3, "pipe");
    expect(read(ends[0], p + SUPERPGSIZE - 1, 2) == 2, "read to untouched memory");
    expect(p[SUPERPGSIZE - 1] == 'x' && p[SUPERPGSIZE] == 'y', "the bytes");
    expect(is_leaf_at(p, LEAF_RW) && is_leaf_at(p + SUPERPGSIZE, LEAF_RW), "two leaves");
    expect(read(ends[0], p + 2 * SUPERPGSIZE, 1) == -1 && errno == EFAULT, "not behind the second");
}

// A root's tables down to the leaf: the same below both, and no table below that.
static void super_in_both_roots(void)
{
    static uint64 user[TABLE_ENTRIES], kernel[TABLE_ENTRIES];
    static struct roots r;
    char *p = grow_leaves(2, 0);
    int i = (uint64)p / SUPERPGSIZE % TABLE_ENTRIES;
    expect(pgtable(getpid(), USER_ROOT, (uint64)p, 1, user) == 0, "the user root's table");
    expect(pgtable(getpid(), KERNEL_ROOT, (uint64)p, 1, kernel) == 0, "the kernel root's table");
    expect(memcmp(user, kernel, sizeof(user)) == 0 && user[i] == pgpte(p), "the leaf, in both");
    expect(pgtable(getpid(), KERNEL_ROOT, (uint64)p, 0, kernel) == -1 && errno == ENOENT,
           "no table below");
    expect(roots_read(getpid(), &r) == 0 && roots_good(&r), "the roots agree");
    sbrk(-PGSIZE);
    expect(pgtable(getpid(), KERNEL_ROOT, (uint64)p + SUPERPGSIZE, 0, kernel) == 0,
           "a table after a split");
    expect(kernel[0] == pgpte(p + SUPERPGSIZE) && kernel[TABLE_ENTRIES - 1] == 0,
           "with pages in it");
    expect(fetch_kills((uint64)p) && fetch_kills((uint64)p + SUPERPGSIZE), "none is executable");
}

const struct test super_tests[] = {
    TEST(super_fill, ALONE, "", "a write to an untouched, promised 2 MiB maps a zeroed leaf"),
    TEST(super_nowhere_else, ALONE, "", "no leaf where less is promised, or a page is in use"),
    TEST(super_free_by_pages, ALONE, "",
         "a leaf is given back page by page; the rest keeps frames, rights and bytes"),
    TEST(super_free_middle, ALONE, "",
         "the break goes down to the middle of a leaf, over others, and up again"),
    TEST(super_promises, ALONE, "", "promises, frames and tables of leaves are counted exactly"),
    TEST(super_comes_back, ALONE, "", "exit, kill and exec give back whole and split leaves"),
    TEST(super_in_calls, ALONE | BOTH, "",
         "system calls across the edges of leaves, shared ones, too"),
    TEST(super_made_by_call, ALONE | BOTH, "", "a system call's access makes a leaf"),
    TEST(super_in_both_roots, ALONE | BOTH, "", "both roots have the leaf, and no table below it"),
    TEST(super_fork, ALONE | BOTH, "",
         "a child has its parent's leaf until it writes, and then one of its own"),
    TEST(super_claim, ALONE | BOTH, "", "the last holder of a leaf writes it without a copy"),
    TEST(super_copy_by_parent, ALONE | BOTH, "",
         "a parent's write copies the leaf; the child keeps the old bytes"),
    TEST(super_split_by_child, ALONE, "",
         "with little memory a child's write copies a page and no more"),
    TEST(super_split_by_parent, ALONE, "",
         "so does a parent's, and it claims the pages when the child has gone"),
    TEST(super_partly_shared, ALONE, "",
         "a leaf of which one page has another user is not claimed"),
    TEST(super_without_blocks, ALONE, "",
         "memory free in single frames only: heaps and copies by pages"),
    TEST(super_generations, ALONE | BOTH, "", "12 generations, each writes and gives back a part"),
    TEST(super_no_stale, ALONE | BOTH, "",
         "parent and child write at once after fork, on several harts"),
    TEST(super_no_stale_reads, ALONE | BOTH, "",
         "after a copy no page of the leaf is read from where it was"),
    TEST(super_storm, ALONE, "", "many processes fork, write, split and give back the same leaves"),
    END_OF_TESTS,
};
