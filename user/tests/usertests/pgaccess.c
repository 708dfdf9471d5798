// pgaccess tells which pages were accessed since the last call, by the program or by the kernel for
// it. The call changes nothing else.
#include "user/tests/usertests/heap_probe.h"

extern char end[]; // of data and bss, from user.ld

#define PAGES 32

static uint ask(char *area)
{
    uint mask = 0xa5a5a5a5;
    expect(pgaccess(area, PAGES, &mask) == 0, "pgaccess");
    return mask;
}

static void expect_mask(char *area, uint wanted, const char *when)
{
    uint mask = ask(area);
    expect(mask == wanted, "%s: 0x%x, not 0x%x", when, wanted, mask);
}

// 32 pages that are there and not accessed.
static char *quiet_area(int how)
{
    char *area = grow_heap(PAGES * PGSIZE, how);
    write_words(area, PAGES, 100);
    ask(area);
    return area;
}

static void touch(char *area, int page, int write)
{
    volatile char *p = area + page * PGSIZE + 8 + 77 * page % 4000;
    if (write)
        *p = page;
    else
        (void)*p;
}

static void pgaccess_tells_touched(void)
{
    char *area = quiet_area(SBRK_EAGER);
    expect_mask(area, 0, "nothing touched");
    for (int write = 0; write <= 1; write++) {
        touch(area, 1, write);
        touch(area, 2, write);
        touch(area, 30, write);
        expect_mask(area, 1 << 1 | 1 << 2 | 1 << 30, write ? "written" : "read");
        expect_mask(area, 0, "then nothing");
    }
    expect_mask(area + 5, 0, "a base within a page");
    touch(area, 31, 0);
    expect(ask(area + PGSIZE - 1) == 1U << 31, "stands for the page");
}

// Again and again, so that a hart's memory of a translation would show, on whichever it runs.
static void pgaccess_again_and_again(void)
{
    char *area = quiet_area(SBRK_LAZY);
    for (int round = 0; round < 300; round++) {
        uint wanted = rand() & rand() & 0x7fffffff;
        for (int i = 0; i < PAGES; i++)
            if (wanted >> i & 1)
                touch(area, i, round % 2);
        if (round % 50 == 0)
            pause(1);
        expect_mask(area, wanted, "a random set");
    }
    expect_words(area, 1, 100);
}

// The kernel's accesses on the program's behalf are the program's.
static void pgaccess_by_the_kernel(void)
{
    int ends[2];
    char *area = quiet_area(SBRK_EAGER);
    expect(pipe(ends) == 0 && write(ends[1], area + 4 * PGSIZE - 1, 2) == 2, "pipe");
    expect_mask(area, 3 << 3, "read by write()");
    expect(read(ends[0], area + 9 * PGSIZE - 1, 2) == 2, "read");
    expect_mask(area, 3 << 8, "written by read()");
    strcpy(area + 11 * PGSIZE, "/none");
    ask(area);
    expect(open(area + 11 * PGSIZE, O_RDONLY) == -1 && errno == ENOENT, "open");
    expect_mask(area, 1 << 11, "read as a path");
}

static void pgaccess_of_absent_pages(void)
{
    char *area = grow_heap(PAGES * PGSIZE, SBRK_EAGER);
    expect_mask(area, 0, "untouched");
    for (int i = 0; i < PAGES; i++)
        expect(pgpte(area + i * PGSIZE) == 0, "asking maps nothing");
    touch(area, 3, 0);
    touch(area, 4, 1);
    expect_mask(area, 3 << 3, "the zero page read, a new page written");
    touch(area, 3, 0);
    expect_mask(area, 1 << 3, "the zero page read again");
    touch(area, 3, 1);
    expect_mask(area, 1 << 3, "and replaced");
    sbrk(-PAGES / 2 * PGSIZE);
    touch(area, 15, 1);
    expect_mask(area, 1 << 15, "pages beyond the heap");
    uint mask = ~0U;
    expect(pgaccess((void *)(TRAPFRAME - PAGES * PGSIZE), PAGES, &mask) == 0 && mask == 0,
           "the top of user memory");
    expect(pgaccess(0, 1, &mask) == 0 && (mask & 255) == 0, "page 0");
    expect(pgaccess(pgaccess_of_absent_pages, 1, &mask) == 0 && (mask & 255) == 1,
           "this very text");
}

// All lengths; in the mask's last byte the bits that stand for no page are 0, and no byte more.
static void pgaccess_lengths(void)
{
    static uchar mask[PGACCESS_MAX / 8 + 1];
    char *area = grow_heap((long)PGACCESS_MAX * PGSIZE, SBRK_LAZY); // no leaves of 2 MiB
    write_words(area, PGACCESS_MAX, 0);
    for (int n = 0; n <= PGACCESS_MAX; n += n < 40 ? 1 : n / 3) {
        memset(mask, 0x5a, sizeof(mask));
        pgaccess(area, PGACCESS_MAX, mask);
        for (int i = 0; i < PGACCESS_MAX; i += 3)
            touch(area, i, 1);
        memset(mask, 0x5a, sizeof(mask));
        expect(pgaccess(area, n, mask) == 0, "%d pages", n);
        for (int i = 0; i < (n + 7) / 8 * 8; i++)
            expect((mask[i / 8] >> i % 8 & 1) == (i < n && i % 3 == 0), "bit %d of %d", i, n);
        expect(mask[(n + 7) / 8] == 0x5a, "not more than %d bits", n);
    }
    expect(pgaccess(area, PGACCESS_MAX, mask) == 0 && mask[PGACCESS_MAX / 8] == 0x5a, "%d pages",
           PGACCESS_MAX);
}

// A call that fails has cleared nothing.
static void pgaccess_without_effect(void)
{
    char *area = quiet_area(SBRK_EAGER);
    void *masks[] = {
        0, (void *)pgaccess_without_effect, sbrk(0), sbrk(0) - 2, (void *)TRAPFRAME, (void *)~0UL};
    touch(area, 7, 1);
    for (uint i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
        expect(pgaccess(area, PAGES, masks[i]) == -1 && errno == EFAULT, "no mask at %p", masks[i]);
    expect(pgaccess(area, -1, area) == -1 && errno == EINVAL, "-1 pages");
    expect(pgaccess(area, PGACCESS_MAX + 1, area) == -1 && errno == EINVAL, "too many");
    expect(pgaccess((void *)TRAPFRAME, 1, area) == -1 && errno == EFAULT, "not the kernel's page");
    expect(pgaccess((void *)(TRAPFRAME - PGSIZE), 2, area) == -1 && errno == EFAULT,
           "nor a range with it");
    expect_mask(area, 1 << 7 | 1U << 31, "the page that was touched, and the one of sbrk(0) - 2");
}

// Nothing but A changes, and what is in the pages stays.
static void pgaccess_changes_only_a(void)
{
    static uint64 before[PAGES];
    char *area = quiet_area(SBRK_EAGER);
    write_words(area, PAGES, 7);
    for (int i = 0; i < PAGES; i++)
        before[i] = pgpte(area + i * PGSIZE);
    ask(area);
    for (int i = 0; i < PAGES; i++)
        expect(pgpte(area + i * PGSIZE) == (before[i] & ~PTE_A), "entry %d", i);
    expect_words(area, PAGES, 7);
    for (int i = 0; i < PAGES; i++)
        expect(pgpte(area + i * PGSIZE) == before[i], "entry %d, read again", i);
    uint64 text = (uint64)pgaccess_changes_only_a;
    uint mask;
    expect(pgaccess((void *)text, 1, &mask) == 0 && has_rights((void *)text, PTE_R | PTE_X | PTE_U),
           "text");
    expect(pgaccess((void *)PGROUNDUP((uint64)end), 1, &mask) == 0 && ugetpid() == getpid(),
           "the process page");
    expect(store_kills(text) && store_kills(PGROUNDUP((uint64)end)), "what was read-only is");
}

// Parent and child have entries of their own over the pages that they share.
static void touch_in_child(void *arg)
{
    char *area = arg;
    expect_mask(area, 1 << 20, "the child inherits what its parent had touched");
    touch(area, 5, 0);
    touch(area, 6, 1);
    expect_mask(area, 3 << 5, "a shared page read, one copied");
    expect_words(area, 5, 100);
}

static void pgaccess_across_fork(void)
{
    char *area = quiet_area(SBRK_EAGER);
    touch(area, 20, 1);
    expect(status_of(touch_in_child, area) == 0, "the child");
    expect_mask(area, 1 << 20, "the parent has only its own");
    touch(area, 6, 1);
    expect_mask(area, 1 << 6, "a page claimed");
    touch(area, 9, 1);
    expect(status_of(nothing, 0) == 0, "child");
    expect_mask(area, 1 << 9, "fork touches nothing");
}

// A leaf of 2 MiB has one bit for all its pages; what it is split into has a bit a page.
static void expect_leaf_mask(char *area, int n, const char *when)
{
    static uchar mask[PGACCESS_MAX / 8];
    int ones = 0, pages = SUPERPGSIZE / PGSIZE;
    expect(pgaccess(area, pages, mask) == 0, "pgaccess");
    for (int i = 0; i < pages; i++)
        ones += mask[i / 8] >> i % 8 & 1;
    expect(ones == n, "%s: %d pages, not %d", when, n, ones);
}

static void pgaccess_of_a_leaf(void)
{
    const int pages = SUPERPGSIZE / PGSIZE;
    char *area = grow_aligned(SUPERPGSIZE, SBRK_EAGER);
    touch(area, 0, 1);
    expect(pgpte(area) == pgpte(area + SUPERPGSIZE - 1), "one entry for all");
    expect_leaf_mask(area, pages, "filled");
    expect_leaf_mask(area, 0, "not touched since");
    touch(area, 100, 0);
    expect_leaf_mask(area, pages, "one touched");
    expect(status_of(nothing, 0) == 0, "fork");
    expect_leaf_mask(area, 0, "shared by fork");
    touch(area, 200, 1);
    expect_leaf_mask(area, pages, "claimed");
    sbrk(-PGSIZE);
    expect_leaf_mask(area, 0, "split");
    touch(area, 3, 0);
    touch(area, 4, 1);
    expect_leaf_mask(area, 2, "two pages touched");
}

// The mask may lie in the area: writing it is an access that the next call tells.
static void pgaccess_mask_in_area(void)
{
    char *area = quiet_area(SBRK_EAGER);
    uint *mask = (uint *)(area + 13 * PGSIZE);
    expect(pgaccess(area, PAGES, mask) == 0, "pgaccess");
    expect_mask(area, 1 << 13, "the mask's page");
    touch(area, 3, 0);
    expect(pgaccess(area, PAGES, mask) == 0 && *mask == 1 << 3, "0x%x", *mask);
    sbrk(PAGES * PGSIZE);
    expect(pgaccess(area, PAGES, area + PAGES * PGSIZE) == 0 &&
               *(uint *)(area + PAGES * PGSIZE) == 1 << 13,
           "a mask in an untouched page");
}

const struct test pgaccess_tests[] = {
    TEST(pgaccess_tells_touched, BOTH, "", "pgaccess tells which pages were touched, once"),
    TEST(pgaccess_again_and_again, BOTH, "", "the same 300 times: no translation is remembered"),
    TEST(pgaccess_by_the_kernel, BOTH, "", "pages that system calls read or write are accessed"),
    TEST(pgaccess_of_absent_pages, 0, "", "pages that are not there tell 0 and stay away"),
    TEST(pgaccess_lengths, 0, "", "0 to PGACCESS_MAX pages, a mask of whole bytes"),
    TEST(pgaccess_without_effect, 0, "", "a call that fails clears nothing"),
    TEST(pgaccess_changes_only_a, BOTH, "", "rights and contents stay as they are"),
    TEST(pgaccess_across_fork, 0, "", "parent and child have marks of their own"),
    TEST(pgaccess_of_a_leaf, 0, "",
         "2 MiB by one entry are accessed as one; page by page after a split"),
    TEST(pgaccess_mask_in_area, 0, "", "a mask in one of the pages"),
    END_OF_TESTS,
};
