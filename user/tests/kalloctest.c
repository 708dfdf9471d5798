// kalloctest: whether the page allocator serves several harts at a time without making them wait
// for each other, and still finds every free page. Waiting is measured as failed attempts to take
// one of its locks, or one of the block cache's (the statistics device): not as time, so a busy
// host does no harm.
//
//     test1   two processes take and give back a page each, again and again
//     test2   the last free pages are found from every hart, wherever they were freed
//     test3   forks beside a process that takes nearly all memory; nothing is lost
//     test4   four processes, pinned to different harts
#include "kernel/riscv.h"
#include "user/lib/test.h"

#define TURNS     100000 // test1: of each child, untouched and touched
#define LEFT      128    // test2: pages left free
#define ROUNDS    1000
#define FORKS     10000 // test3
#define RESERVE   512   // pages that the hog leaves, so that nobody is killed for want of memory
#define PINNED    4     // test4: children
#define PIN_TURNS 10000
#define PIN_PAGES 16
#define FEW       10    // failed attempts: test1
#define SOME      10000 // test3
#define MANY      30000 // test4

static void touch(char *page) { *(volatile char *)page = 1; }

static uint64 free_pages(void) { return system_now().freemem / PGSIZE; }

static int harts(void) { return system_now().ncpu; }

static void give_back(long pages)
{
    expect(sys_sbrk(-pages * PGSIZE, SBRK_EAGER) != SBRK_ERROR, "sbrk gives back");
}

static void one_page_again(int i)
{
    (void)i;
    for (int turn = 0; turn < 2 * TURNS; turn++) {
        char *page = sbrk(PGSIZE);
        expect(page != SBRK_ERROR, "sbrk of a page");
        if (turn % 2)
            touch(page); // which is when the frame is taken
        give_back(1);
    }
}

static void test1(void) { expect_less_waiting(one_page_again, 2, FEW); }

// Takes all memory but some pages.
static void take_all_but(uint64 left)
{
    char *from = sbrk(0);
    for (uint64 pages = free_pages(); pages > 0; pages /= 2)
        while (free_pages() >= left + pages && sys_sbrk(pages * PGSIZE, SBRK_EAGER) != SBRK_ERROR)
            ;
    for (char *page = from; page < sbrk(0); page += PGSIZE)
        touch(page);
}

static long count_pages(void)
{
    long n = 0;
    for (char *page; (page = sbrk(PGSIZE)) != SBRK_ERROR; n++)
        touch(page);
    give_back(n);
    return n;
}

static void test2(void)
{
    int n = harts();
    // once memory is gone nothing is left for the first store to a page shared with the parent
    errno = 0;
    take_all_but(LEFT);
    long pages = count_pages(); // and has the page tables from now on
    expect(pages <= LEFT && pages > LEFT - 4, "%d pages are left, not %ld", LEFT, pages);
    for (int i = 0; i < ROUNDS; i++) {
        cpupin(i % n); // what is free lies with another hart now
        long found = count_pages();
        expect(found == pages, "%ld pages are found in round %d, not %ld", pages, i, found);
    }
}

static void hog(void)
{
    for (;;) {
        long pages = 0;
        char *page;
        while (free_pages() > RESERVE && (page = sbrk(PGSIZE)) != SBRK_ERROR) {
            touch(page);
            pages++;
        }
        give_back(pages);
    }
}

static void fork_often(void)
{
    for (int i = 0; i < FORKS; i++) {
        int pid = must_fork();
        if (pid == 0)
            exit(0);
        expect(waitpid(pid, 0, 0) == pid, "waitpid");
    }
}

static void fork_beside_hog(int i)
{
    (void)i;
    int pid = must_fork();
    if (pid == 0)
        hog();
    fork_often();
    expect(kill(pid) == 0 && waitpid(pid, 0, 0) == pid, "the hog ends");
}

static void test3(void) { expect_less_waiting(fork_beside_hog, 1, SOME); }

static void pages_on_a_hart(int i)
{
    expect(cpupin(i % harts()) == 0, "cpupin");
    for (int turn = 0; turn < PIN_TURNS; turn++) {
        char *pages = sbrk(PIN_PAGES * PGSIZE);
        expect(pages != SBRK_ERROR, "sbrk");
        for (int k = 0; k < PIN_PAGES; k++)
            touch(pages + k * PGSIZE);
        give_back(PIN_PAGES);
    }
}

static void test4(void) { expect_less_waiting(pages_on_a_hart, PINNED, MANY); }

int main(int argc, char **argv)
{
    static void (*const tests[])(void) = {test1, test2, test3, test4};
    int failed = 0, only = argc == 2 ? atoi(argv[1]) : 0;
    if (argc > 2)
        usage("kalloctest [number]");
    test_name = "kalloctest";
    status_of(nothing, 0); // what is made once, in the kernel and here, is there now
    for (int i = 1; i <= (int)(sizeof(tests) / sizeof(tests[0])); i++)
        if (only == 0 || only == i)
            failed |= run_numbered(i, "", tests[i - 1]);
    return failed;
}
