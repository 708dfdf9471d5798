// Four pages, two of them of a chosen kind; what they hold is compared byte by byte afterwards.
#include "user/tests/usertests/faults.h"

#define SIZE (4 * PGSIZE)

const char *const kind_names[] = {"untouched", "lazy", "zero", "shared", "claimable"};

// What the child has must stay what both had.
static void be_child(const struct stage *s, int gate)
{
    char c;
    read(gate, &c, 1);
    exit(memcmp(s->base, s->before, SIZE) == 0 ? 0 : 1);
}

static void share(struct stage *s)
{
    int ends[2], status;
    expect(pipe(ends) == 0, "pipe");
    s->child = must_fork();
    if (s->child == 0) {
        close(ends[1]);
        be_child(s, ends[0]);
    }
    close(ends[0]);
    s->gate = ends[1];
    if (s->kind == SHARED)
        return;
    close(s->gate);
    expect(waitpid(s->child, &status, 0) == s->child && status == 0, "the other holder ends");
}

static void check_kind(const struct stage *s, int page)
{
    uint64 pte = pgpte(s->base + page * PGSIZE);
    int right = s->kind <= LAZY ? pte == 0 : (pte & PTE_V) && (pte & PTE_COW) && !(pte & PTE_W);
    expect(right, "page %d is %s, pte 0x%lx", page, kind_names[s->kind], pte);
}

// => the bytes of each page and those that the test wants in before[]. Page 3 first: pages that
// are written in sequence are filled some at a time, and 1 and 2 shall not be.
static void fill(struct stage *s)
{
    memcpy(s->base + 3 * PGSIZE, s->before + 3 * PGSIZE, PGSIZE);
    memcpy(s->base, s->before, PGSIZE);
    if (s->kind >= SHARED)
        memcpy(s->base + PGSIZE, s->before + PGSIZE, 2 * PGSIZE);
    if (s->kind == ZEROED)
        expect(*(volatile char *)(s->base + PGSIZE) + *(volatile char *)(s->base + 2 * PGSIZE) == 0,
               "zeroes");
}

void stage_make(struct stage *s, enum kind kind, int at, const char *bytes, int n)
{
    s->kind = kind;
    s->child = 0;
    memset(s->before, 'g', SIZE);
    memset(s->before + PGSIZE, kind >= SHARED ? 's' : 0, 2 * PGSIZE);
    if (n > 0)
        memcpy(s->before + at, bytes, n);
    s->base = fresh_pages(4, kind == LAZY ? SBRK_LAZY : SBRK_EAGER);
    fill(s);
    if (kind >= SHARED)
        share(s);
    check_kind(s, 1);
    check_kind(s, 2);
}

void stage_check(const struct stage *s, int at, int n, const char *what)
{
    for (int i = 0; i < SIZE; i++) {
        int same = s->base[i] == s->before[i] || (i >= at && i < at + n);
        expect(same, "%s, %s pages: byte %d is 0x%x, not 0x%x", what, kind_names[s->kind], i,
               s->base[i], s->before[i]);
    }
}

void stage_end(struct stage *s)
{
    int status;
    if (s->kind == SHARED) {
        close(s->gate);
        expect(waitpid(s->child, &status, 0) == s->child && status == 0,
               "the other holder's pages are as they were");
    }
    expect(sbrk(-SIZE) == s->base + SIZE, "sbrk");
}

// The reading of the counters may fault itself, the first time after a fork: hence twice.
long kernel_faults(void)
{
    counter_value("fault_kernel");
    return counter_value("fault_kernel");
}
