// pgtbltest [name ...]: the page-table lab, a line each:
//
//     ugetpid_test   the pid without a system call, in this process and in 64 children
//     pgaccess_test  which of 32 pages were touched
//     print_pgtbl    the entries at both ends of user memory, as pgpte tells them
//     print_kpgtbl   all entries, as the kernel prints them
//     superpg_test   16 MiB of heap are mapped by leaves of 2 MiB, here and in a child
//     superpg_fork   a child's leaves: its parent's until one of them writes; gone with the heap
//     superpg_free   one page less than a whole leaf: the rest stays, what is gone is gone
//
// pgpte reports and never faults a page in, so all memory is touched before it is looked at.
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

#define CHILDREN    64
#define PAGES       32
#define LEAVES      8
#define HEAP        (LEAVES * (long)SUPERPGSIZE)
#define LEAF_PAGES  (SUPERPGSIZE / PGSIZE)
#define ENDS_TO_SEE 10

static void ugetpid_test(void)
{
    for (int i = 0; i < CHILDREN; i++) {
        int pid = must_fork();
        if (pid == 0)
            exit(ugetpid() == getpid() ? 0 : 1);
        expect_children(1);
        expect(ugetpid() == getpid() && pid != ugetpid(), "ugetpid() is %d, getpid() %d", ugetpid(),
               getpid());
    }
}

static void pgaccess_test(void)
{
    uint mask;
    char *area = malloc(PAGES * PGSIZE);
    expect(area != 0, "malloc");
    expect(pgaccess(area, PAGES, &mask) == 0, "pgaccess");
    area[1 * PGSIZE] += 1;
    area[2 * PGSIZE] += 1;
    area[30 * PGSIZE] += 1;
    expect(pgaccess(area, PAGES, &mask) == 0, "pgaccess again");
    expect(mask == (1U << 1 | 1U << 2 | 1U << 30), "pages 1, 2 and 30 accessed, not 0x%x", mask);
    free(area);
}

static void print_entry(uint64 va)
{
    uint64 pte = pgpte((void *)va);
    printf("va %p pte 0x%lx pa %p perm 0x%lx\n", (void *)va, pte, (void *)PTE2PA(pte),
           PTE_FLAGS(pte));
}

static void print_pgtbl(void)
{
    for (uint64 i = 0; i < ENDS_TO_SEE; i++)
        print_entry(i * PGSIZE);
    for (uint64 i = ENDS_TO_SEE; i > 0; i--)
        print_entry(MAXVA - i * PGSIZE);
    const uint64 text = pgpte((void *)USERBASE), trampoline = pgpte((void *)TRAMPOLINE);
    expect(pgpte(0) == 0 && pgpte((void *)MAXVA) == 0 && pgpte((void *)~0UL) == 0,
           "no entries there");
    expect((PTE_FLAGS(text) & (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U)) ==
               (PTE_V | PTE_R | PTE_X | PTE_U),
           "text");
    expect((trampoline & PTE_V) && !(trampoline & PTE_U) && !(pgpte((void *)TRAPFRAME) & PTE_U),
           "the kernel's");
}

static void print_kpgtbl(void) { kpgtbl(); }

// A heap of leaves: HEAP bytes from a 2 MiB boundary, each page with its number in it.
static char *heap_of_leaves(void)
{
    char *old = sbrk(0);
    long gap = SUPERPGROUNDUP((uint64)old) - (uint64)old;
    expect(sys_sbrk(gap + HEAP, SBRK_EAGER) == old, "%ld bytes of heap", gap + HEAP);
    char *start = old + gap;
    for (int i = 0; i < LEAVES * LEAF_PAGES; i++)
        *(int *)(start + (long)i * PGSIZE) = i;
    return start;
}

static void expect_numbers(const char *start, int from, int to)
{
    for (int i = from; i < to; i++) {
        int found = *(int *)(start + (long)i * PGSIZE);
        expect(found == i, "page %d holds %d", i, found);
    }
}

// All pages of each leaf have one entry, and no two leaves the same.
static void expect_leaves(const char *start, uint64 rights)
{
    uint64 before = 0;
    for (int i = 0; i < LEAVES; i++) {
        const char *leaf = start + (long)i * SUPERPGSIZE;
        uint64 pte = pgpte((void *)leaf);
        expect((pte & PTE_V) && (pte & rights) == rights && pte != before, "leaf %d: entry 0x%lx",
               i, pte);
        for (int j = 1; j < LEAF_PAGES; j++)
            expect(pgpte((void *)(leaf + (long)j * PGSIZE)) == pte,
                   "page %d of leaf %d has the leaf's entry", j, i);
        before = pte;
    }
}

// What a child of fork sees before it, or its parent, writes: the leaves, to be read.
static void child_of_leaves(void *start)
{
    expect_leaves(start, PTE_R | PTE_U);
    expect_numbers(start, 0, LEAVES * LEAF_PAGES);
}

static void superpg_test(void)
{
    char *start = heap_of_leaves();
    expect_leaves(start, PTE_R | PTE_W | PTE_U);
    expect_numbers(start, 0, LEAVES * LEAF_PAGES);
    expect(status_of(child_of_leaves, start) == 0, "the same in a child");
}

static void touch(void *p) { (void)*(volatile char *)p; }

static void write_in_child(void *arg)
{
    char *start = arg;
    child_of_leaves(start);
    for (int i = 0; i < LEAVES * LEAF_PAGES; i += LEAF_PAGES / 2)
        *(int *)(start + (long)i * PGSIZE) = -1;
    for (int i = 0; i < LEAVES * LEAF_PAGES; i += LEAF_PAGES / 2) {
        expect(*(int *)(start + (long)i * PGSIZE) == -1, "what the child wrote to page %d", i);
        expect_numbers(start, i + 1, i + LEAF_PAGES / 2);
    }
    expect(sys_sbrk(-HEAP, SBRK_EAGER) == start + HEAP, "the child's heap ends");
    expect(pgpte(start) == 0, "its leaves are gone");
    expect(status_of(touch, start) == -1, "and kill who touches them");
}

static void superpg_fork(void)
{
    char *start = heap_of_leaves();
    expect(status_of(write_in_child, start) == 0, "a child of its own mind");
    expect_numbers(start, 0, LEAVES * LEAF_PAGES);
    for (int i = 0; i < LEAVES; i++)
        *(int *)(start + (long)i * SUPERPGSIZE) += 1;
    for (int i = 0; i < LEAVES; i++)
        expect(*(int *)(start + (long)i * SUPERPGSIZE) == i * LEAF_PAGES + 1,
               "the parent writes leaf %d again", i);
}

// The break goes down page by page from the middle of a leaf.
static void superpg_free(void)
{
    char *start = heap_of_leaves();
    expect_leaves(start, PTE_R | PTE_W | PTE_U);
    int pages = (LEAVES - 1) * LEAF_PAGES + LEAF_PAGES / 2;
    expect(sys_sbrk((long)pages * PGSIZE - HEAP, SBRK_EAGER) == start + HEAP, "half a leaf goes");
    for (int i = 0; i < 4; i++) {
        char *last = start + (long)--pages * PGSIZE;
        expect(pgpte(last) != 0 && *(int *)last == pages, "the last page is still there");
        expect(sys_sbrk(-PGSIZE, SBRK_EAGER) == last + PGSIZE, "a page goes");
        expect(pgpte(last) == 0 && pgpte(start + (long)(pages + 1) * PGSIZE) == 0,
               "it is gone, and the one before");
        expect(status_of(touch, last) == -1, "a touch kills");
        expect_numbers(start, 0, pages);
    }
    *(int *)(start + (long)(pages - 1) * PGSIZE) = 0;
    expect(sys_sbrk(-(long)pages * PGSIZE, SBRK_EAGER) == start + (long)pages * PGSIZE,
           "the rest goes");
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"ugetpid_test", ugetpid_test}, {"pgaccess_test", pgaccess_test},
    {"print_pgtbl", print_pgtbl},   {"print_kpgtbl", print_kpgtbl},
    {"superpg_test", superpg_test}, {"superpg_fork", superpg_fork},
    {"superpg_free", superpg_free},
};

static int wanted(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return argc < 2;
}

static void run(void *arg) { tests[(long)arg].run(); }

// Each in a process of its own, so that none sees another's heap.
int main(int argc, char **argv)
{
    int failed = 0;
    for (uint i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (!wanted(argc, argv, tests[i].name))
            continue;
        test_name = tests[i].name;
        printf("%s starting\n", test_name);
        int bad = status_of(run, (void *)(long)i) != 0;
        printf("%s: %s\n", test_name, bad ? "FAILED" : "OK");
        failed += bad;
    }
    if (failed == 0)
        printf("pgtbltest: all tests succeeded\n");
    return failed != 0;
}
