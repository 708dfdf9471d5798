// What the tests of memory share: see heap_probe.h.
#include "user/tests/usertests/heap_probe.h"

// So that the compiler does not see where a pointer comes from.
static volatile char *hidden(void *p)
{
    __asm__ volatile("" : "+r"(p));
    return p;
}

static void load(void *arg) { (void)*hidden(arg); }

static void store(void *arg) { *hidden(arg) = 1; }

static void jump(void *arg)
{
    void (*f)(void) = (void (*)(void))hidden(arg);
    f();
}

static int kills(void (*f)(void *), uint64 va)
{
    int status = status_of(f, (void *)va);
    expect(status == 0 || status == -1,
           "a child that touches %p ends well or is killed, not with %d", (void *)va, status);
    return status == -1;
}

int load_kills(uint64 va) { return kills(load, va); }

int store_kills(uint64 va) { return kills(store, va); }

int fetch_kills(uint64 va) { return kills(jump, va); }

int has_rights(const void *p, uint64 rights)
{
    uint64 entry = pgpte((void *)p);
    return (entry & PTE_V) && (entry & (PTE_R | PTE_W | PTE_X | PTE_U)) == rights;
}

void own_pages(void)
{
    volatile char room[2 * PGSIZE];
    bring_in_program();
    room[0] = room[PGSIZE] = room[2 * PGSIZE - 1] = 1;
    errno = 0;
}

void settle(void)
{
    own_pages();
    sync();
    pause(2);
}

char *grow_heap(long bytes, int how)
{
    uint64 old = (uint64)sbrk(0);
    char *start = (char *)PGROUNDUP(old);
    expect(sys_sbrk(start - (char *)old, SBRK_LAZY) == (char *)old, "align the break");
    expect(sys_sbrk(bytes, how) == start, "grow the heap by %ld bytes", bytes);
    return start;
}

char *grow_aligned(long bytes, int how)
{
    uint64 old = (uint64)sbrk(0);
    expect(sys_sbrk(SUPERPGROUNDUP(old) - old, SBRK_LAZY) == (char *)old, "align the break");
    return grow_heap(bytes, how);
}

void write_words(char *area, long pages, long mark)
{
    for (long i = 0; i < pages; i++)
        *word(area, i) = mark + i;
}

void expect_words(char *area, long pages, long mark)
{
    for (long i = 0; i < pages; i++)
        expect(*word(area, i) == mark + i, "page %ld holds %ld, not %ld", i, mark + i,
               *word(area, i));
}

struct gate make_gate(void)
{
    struct gate g;
    expect(pipe(g.ends) == 0, "pipe");
    return g;
}

void wait_at(const struct gate *g)
{
    char c;
    close(g->ends[1]);
    expect(read(g->ends[0], &c, 1) == 0, "the gate opens");
}

void open_gate(struct gate *g)
{
    close(g->ends[0]);
    close(g->ends[1]);
}
