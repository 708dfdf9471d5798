// Copy-on-write among many processes: reference counts under fire, ends in any order, stale
// translations.
#include "user/tests/usertests/cow.h"
#include "user/tests/usertests/heap_probe.h"

#define GENERATIONS 20

static char *area;

static void generation(void *arg)
{
    long depth = (long)arg;
    *word(area, depth) = -depth - 1;
    if (depth + 1 < GENERATIONS)
        expect(status_of(generation, (void *)(depth + 1)) == 0, "generation %ld", depth + 1);
    for (long i = 0; i < GENERATIONS; i++)
        expect(*word(area, i) == (i <= depth ? -i - 1 : i), "page %ld of generation %ld", i, depth);
}

void cow_generations(void)
{
    area = grow_heap(GENERATIONS * PGSIZE, SBRK_EAGER);
    write_words(area, GENERATIONS, 0);
    generation(0);
}

#define HOLDERS 3
#define PAGES   12

// Writes every third page when its gate opens, finds the others as they were, tells, and ends.
static void hold(int self, const struct gate *g, int report)
{
    char c;
    expect(read(g->ends[0], &c, 1) == 1, "its turn");
    expect_words(area, PAGES, 50);
    for (int i = self; i < PAGES; i += HOLDERS)
        *word(area, i) = -self;
    for (int i = 0; i < PAGES; i++)
        expect(*word(area, i) == (i % HOLDERS == self ? -self : 50 + i), "holder %d: page %d", self,
               i);
    write(report, "k", 1);
    exit(0);
}

// A holder makes the area and is the parent of the two others.
static void be_family(struct gate *gates, int report)
{
    area = grow_heap(PAGES * PGSIZE, SBRK_EAGER);
    write_words(area, PAGES, 50);
    for (int i = 1; i < HOLDERS; i++)
        if (must_fork() == 0)
            hold(i, &gates[i], report);
    hold(0, &gates[0], report);
}

static void end_in_order(const int *order)
{
    struct gate gates[HOLDERS];
    int report[2];
    char c;
    expect(pipe(report) == 0, "pipe");
    for (int i = 0; i < HOLDERS; i++)
        gates[i] = make_gate();
    if (must_fork() == 0)
        be_family(gates, report[1]);
    for (int i = 0; i < HOLDERS; i++) {
        write(gates[order[i]].ends[1], "g", 1);
        close(report[1]);
        expect(read(report[0], &c, 1) == 1, "holder %d of the order %d %d %d", order[i], order[0],
               order[1], order[2]);
    }
    expect(read(report[0], &c, 1) == 0, "all have ended");
    expect_children(1);
    close(report[0]);
    for (int i = 0; i < HOLDERS; i++)
        open_gate(&gates[i]);
}

void cow_exit_orders(void)
{
    static const int orders[][HOLDERS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 6; i++)
            end_in_order(orders[i]);
}

#define HAMMERED 16

static void write_and_check(int mark)
{
    for (int i = 0; i < HAMMERED; i++)
        expect(*word(area, i) == i, "page %d is the parent's", i);
    write_words(area, HAMMERED, mark);
    expect_words(area, HAMMERED, mark);
}

// Waits to start with the others; then some write before they fork, some after, some not at all.
static void hammer(int self, const struct gate *g)
{
    wait_at(g);
    for (int round = 0; round < 12; round++) {
        int pid = must_fork();
        if (pid == 0) {
            if (round % 3 == 0)
                exit(0);
            write_and_check(1000 * self + round);
            exit(0);
        }
        if (round == 6)
            write_and_check(-1000 * self), write_words(area, HAMMERED, 0);
        expect_children(1);
        expect_words(area, HAMMERED, 0);
    }
    exit(0);
}

// If a count went wrong in a race, a frame is lost, freed while in use, or copied without need.
void cow_hammer(void)
{
    uint64 frames[HAMMERED];
    area = grow_heap(HAMMERED * PGSIZE, SBRK_EAGER);
    write_words(area, HAMMERED, 0);
    for (int i = 0; i < HAMMERED; i++)
        frames[i] = frame_of(area + i * PGSIZE);
    for (int round = 0; round < 4; round++) {
        struct gate g = make_gate();
        for (int i = 0; i < 8; i++)
            if (must_fork() == 0)
                hammer(i + 1, &g);
        open_gate(&g);
        expect_children(8);
        expect_words(area, HAMMERED, 0);
        write_words(area, HAMMERED, 0);
        for (int i = 0; i < HAMMERED; i++)
            expect(frame_of(area + i * PGSIZE) == frames[i],
                   "page %d is claimed by its last holder", i);
    }
}

// The parent has just written the page, so its own translation allows it; then it is shared.
static void write_at_once(char *p, long round)
{
    p[0] = p[1] = round;
    int pid = must_fork();
    if (pid == 0) {
        int seen = p[0];
        p[0] = 255;
        expect(seen == (char)round && p[1] == (char)round && p[0] == 255,
               "round %ld: the child's bytes", round);
        exit(0);
    }
    p[0] = round + 1;
    p[1] = round + 2;
    pause(round % 16 == 0); // comes back on another hart, perhaps
    expect(p[0] == (char)(round + 1) && p[1] == (char)(round + 2), "round %ld: the parent's bytes",
           round);
    expect_children(1);
    expect(p[0] == (char)(round + 1) && p[1] == (char)(round + 2),
           "round %ld: after the child's end", round);
}

void cow_no_stale_pages(void)
{
    char *p = grow_heap(2 * PGSIZE, SBRK_EAGER);
    for (long round = 0; round < 100; round++)
        write_at_once(p + PGSIZE * (round % 2), round);
}

void cow_no_stale_kernel_writes(void)
{
    char *p = grow_heap(PGSIZE, SBRK_EAGER);
    int ends[2];
    expect(pipe(ends) == 0, "pipe");
    for (int round = 0; round < 100; round++) {
        char b[2] = {'a' + round % 26, 'A' + round % 26};
        expect(write(ends[1], b, 2) == 2 && read(ends[0], p, 1) == 1, "the kernel writes");
        int pid = must_fork();
        if (pid == 0) {
            expect(*p == b[0], "round %d: the child has the byte from before", round);
            exit(0);
        }
        expect(read(ends[0], p, 1) == 1 && *p == b[1], "the kernel writes again at once");
        expect_children(1);
    }
}

static void fork_twice(int mark)
{
    for (int i = 0; i < 2; i++)
        must_fork();
    write_words(area, 8, mark);
    expect_words(area, 8, mark);
    while (wait(0) > 0)
        ;
    exit(0);
}

void cow_fork_storm(void)
{
    area = grow_heap(MB, SBRK_EAGER);
    write_words(area, MB / PGSIZE, 9);
    for (int round = 0; round < 15; round++) {
        for (int i = 0; i < 3; i++)
            if (must_fork() == 0)
                fork_twice(i);
        expect_children(3);
        expect_words(area, MB / PGSIZE, 9);
    }
}
