// What happens to mappings at madvise, fork, exec and exit.
#include "user/tests/usertests/mmap.h"

#include "user/tests/usertests/procs_help.h"

void advise_dont_need(void)
{
    char *p = map_pages(64, MAP_PRIVATE), *q = map_pages(64, MAP_SHARED);
    write_words(p, 64, 1);
    write_words(q, 64, 1);
    uint64 resident = self_now().resident;
    expect(madvise(p + 8 * PGSIZE, 48 * PGSIZE, MADV_DONTNEED) == 0, "madvise of private pages");
    expect(self_now().resident == resident - 48, "48 pages are dropped, not %ld",
           resident - self_now().resident);
    expect(is_zero(p + 8 * PGSIZE, 48 * PGSIZE), "and are zero");
    expect_words(p, 8, 1);
    expect_words(p + 56 * PGSIZE, 8, 57);
    write_words(p, 64, 5);
    expect_words(p, 64, 5);
    expect(madvise(q, 64 * PGSIZE, MADV_DONTNEED) == 0, "madvise of shared pages");
    expect_words(q, 64, 1);
    expect(madvise(p, 64 * PGSIZE, MADV_WILLNEED) == 0 &&
               madvise(q, 64 * PGSIZE, MADV_WILLNEED) == 0,
           "WILLNEED");
    expect_words(p, 64, 5);
    expect_words(q, 64, 1);
    unmap(p, 64 * PGSIZE);
    unmap(q, 64 * PGSIZE);
}

void advise_refuses(void)
{
    char *p = map_at(FAR, 3, MAP_PRIVATE);
    static const int advices[] = {MADV_DONTNEED, MADV_WILLNEED};
    write_words(p, 3, 1);
    for (int i = 0; i < 2; i++) {
        expect(FAILS(madvise(p + 8, PGSIZE, advices[i]), EINVAL), "an unaligned address");
        expect(FAILS(madvise(p + 3 * PGSIZE, PGSIZE, advices[i]), ENOMEM), "a hole");
    }
    expect(FAILS(madvise(p, PGSIZE, 77), EINVAL), "unknown advice");
    expect(FAILS(msync(p + 8, PGSIZE, MS_SYNC), EINVAL), "msync of an unaligned address");
    expect(FAILS(msync(p + 3 * PGSIZE, PGSIZE, MS_SYNC), ENOMEM), "msync of a hole");
    expect(FAILS(msync(p, PGSIZE, MS_SYNC | MS_ASYNC), EINVAL), "msync both ways");
    expect(msync(p, 3 * PGSIZE, MS_SYNC) == 0 && msync(p, 3 * PGSIZE, MS_ASYNC) == 0,
           "msync without a file");
    expect_words(p, 3, 1);
    unmap(p, 3 * PGSIZE);
}

static void check_inherited(void *arg)
{
    char *p = arg;
    expect(*word(p, 0) == 1 && *word(p, 7) == 8, "bytes of page 0 and 7");
    expect(load_kills((uint64)p + 2 * PGSIZE), "the hole");
    expect(load_kills((uint64)p + 3 * PGSIZE), "the closed page");
    expect(*word(p, 4) == 5 && store_kills((uint64)p + 4 * PGSIZE), "the read-only page");
    protect(p + 3 * PGSIZE, 2 * PGSIZE, RW);
    expect(*word(p, 3) == 4, "the closed page's bytes");
    *word(p, 4) = 77;
    expect(*word(p, 4) == 77, "which can be written again");
    *word(p, 4) = 5;
    unmap(p, 8 * PGSIZE);
}

void mappings_over_fork(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        char *p = map_pages(8, flags);
        write_words(p, 8, 1);
        unmap(p + 2 * PGSIZE, PGSIZE);
        protect(p + 3 * PGSIZE, PGSIZE, PROT_NONE);
        protect(p + 4 * PGSIZE, PGSIZE, PROT_READ);
        for (int i = 0; i < 3; i++)
            expect(status_of(check_inherited, p) == 0, "child %d has the mappings", i);
        expect(load_kills((uint64)p + 3 * PGSIZE) && store_kills((uint64)p + 4 * PGSIZE),
               "the parent's are as before");
        expect_words(p + 4 * PGSIZE, 4, 5);
        unmap(p, 8 * PGSIZE);
    }
}

#define EACH 1000

static void add(char *p)
{
    for (int i = 0; i < EACH; i++)
        __atomic_fetch_add((long *)p + i % 2 * PGSIZE / sizeof(long), 1, __ATOMIC_SEQ_CST);
}

void shared_pages_of_many(void)
{
    char *p = map_pages(2, MAP_SHARED);
    for (int i = 0; i < 4; i++) {
        if (must_fork() == 0) {
            for (int j = 0; j < 2; j++)
                if (must_fork() == 0) {
                    add(p);
                    exit(0);
                }
            add(p);
            expect_children(2);
            exit(0);
        }
    }
    add(p);
    expect_children(4);
    expect(*word(p, 0) == 13 * EACH / 2 && *word(p, 1) == 13 * EACH / 2, "all counted: %ld, %ld",
           *word(p, 0), *word(p, 1));
    unmap(p, 2 * PGSIZE);
}

// The size of a program's memory that this process becomes.
static uint64 size_of_program(int mapped)
{
    char *argv[] = {"sleep", "1000", 0};
    struct procinfo info;
    int pid = must_fork();
    if (pid == 0) {
        if (mapped) {
            write_words(map_at(FAR, 1000, MAP_PRIVATE), 10, 1);
            write_words(map_pages(1000, MAP_SHARED), 10, 1);
        }
        exec("/sleep", argv);
        exit(1);
    }
    wait_called(pid, "sleep");
    wait_asleep(pid);
    expect(procinfo(pid, &info) == pid, "procinfo");
    expect_killed(pid);
    return info.size;
}

void mappings_end_with_exec(void)
{
    uint64 size = size_of_program(0), same = size_of_program(1);
    expect(size == same, "a program has %lu bytes, whatever was mapped before it: %lu", size, same);
}

static void map_and_end(void *arg)
{
    write_words(map_pages(300, MAP_SHARED), 300, 1);
    write_words(map_pages(300, MAP_PRIVATE), 300, 1);
    if (arg)
        *(volatile char *)0 = 1;
}

void mappings_end_with_exit(void)
{
    settle();
    uint64 before = system_now().freemem;
    for (int i = 0; i < 10; i++)
        expect(status_of(map_and_end, i % 2 ? FAR : 0) == (i % 2 ? -1 : 0), "child %d ends", i);
    settle();
    uint64 after = system_now().freemem;
    expect(after + 300 * PGSIZE > before, "%lu bytes free before, %lu after", before, after);
}

void unmap_while_shared(void)
{
    char *p = map_pages(4, MAP_SHARED);
    struct gate g = make_gate();
    write_words(p, 3, 1);
    if (must_fork() == 0) {
        wait_at(&g);
        expect_words(p, 3, 1);
        *word(p, 3) = 4;
        if (must_fork() == 0)
            exit(*word(p, 3) == 4 && *word(p, 0) == 1 ? 0 : 1);
        unmap(p, 4 * PGSIZE);
        expect_children(1);
        exit(0);
    }
    unmap(p, 4 * PGSIZE);
    char *q = map_pages(4, MAP_SHARED);
    expect(q == p && is_zero(q, 4 * PGSIZE), "what is mapped now in the same place is another");
    memset(q, 'q', 4 * PGSIZE);
    open_gate(&g);
    expect_children(1);
    unmap(q, 4 * PGSIZE);
}
