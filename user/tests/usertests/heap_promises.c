// What sbrk promises: frames for pages, and for the page tables that these pages will need. The
// promise is counted exactly, refused if there are not enough frames, used up by touching pages,
// and given back.
#include "user/tests/usertests/heap.h"
#include "user/tests/usertests/heap_probe.h"

static uint64 promised(void) { return system_now().promised; }

// One table for each 2 MiB: 1.5 MiB behind a boundary need one, 3 MiB more need two.
void promise_is_exact(void)
{
    settle();
    char *start = grow_aligned(0, SBRK_LAZY);
    uint64 before = promised();
    expect(sbrk(3 * MB / 2) == start && promised() == before + 384 + 1, "384 pages and a table");
    expect(sbrk(MB / 2) != SBRK_ERROR && promised() == before + 512 + 1,
           "128 pages in the same table");
    expect(sbrk(5) != SBRK_ERROR && promised() == before + 513 + 2, "5 bytes: a page and a table");
    expect(sbrk(PGSIZE - 5) != SBRK_ERROR && promised() == before + 513 + 2,
           "the rest of that page");
    expect(sbrk(-1) != SBRK_ERROR && promised() == before + 513 + 2, "a byte less is no page less");
    expect(sbrk(1 - PGSIZE) == start + 2 * MB + PGSIZE - 1 && promised() == before + 512 + 1,
           "page and table back");
    expect(sbrk(-2 * MB) == start + 2 * MB && promised() == before, "all back");
}

// Across a root entry: two levels of tables, of which some exist already.
void promise_counts_tables(void)
{
    settle();
    char *start = grow_heap(0, SBRK_LAZY);
    char *edge = (char *)(3 * GB);
    expect(sys_sbrk(edge - PGSIZE - start, SBRK_LAZY) == start,
           "a lazy heap up to a page below 3 GiB");
    uint64 before = promised();
    expect(sbrk(2 * PGSIZE) == edge - PGSIZE, "a page on each side");
    expect(promised() == before + 2 + 4, "2 pages and 4 tables, not %lu", promised() - before);
    uint64 tables = self_now().tables;
    *edge = 1;
    expect(promised() == before + 1 + 2 && self_now().tables == tables + 2,
           "touching the upper takes three frames");
    edge[-1] = 1;
    expect(promised() == before && self_now().tables == tables + 4, "and the lower three");
    sbrk(-2 * PGSIZE);
    expect(sbrk(2 * PGSIZE) == edge - PGSIZE && promised() == before + 2,
           "tables stay and are promised once");
}

void promise_is_refused(void)
{
    settle();
    char *start = grow_aligned(0, SBRK_LAZY);
    struct sysinfo s = system_now();
    long all = s.freemem / PGSIZE, tables = all / 512 + 2;
    expect(sys_sbrk((all + 1) * PGSIZE, SBRK_EAGER) == SBRK_ERROR && errno == ENOMEM,
           "a page too many");
    expect(sys_sbrk(all * PGSIZE, SBRK_EAGER) == SBRK_ERROR && errno == ENOMEM,
           "all, without its tables");
    for (int i = 0; i < 50; i++)
        expect(sys_sbrk(100 * GB, SBRK_EAGER) == SBRK_ERROR && errno == ENOMEM, "100 GiB");
    expect(sbrk(0) == start && promised() == s.promised, "nothing moved, nothing is promised");
    expect(sys_sbrk((all - tables - 64) * PGSIZE, SBRK_EAGER) == start, "nearly all works");
    expect(sys_sbrk(200 * PGSIZE, SBRK_EAGER) == SBRK_ERROR && errno == ENOMEM, "and then no more");
    expect(sys_sbrk(GB, SBRK_LAZY) != SBRK_ERROR, "sbrklazy asks for no promise");
}

// In steps of 3 pages, so that none is filled along with another.
void promise_is_spent_by_touching(void)
{
    settle();
    char *start = grow_aligned(300 * PGSIZE, SBRK_EAGER);
    start[0] = 1; // its table
    uint64 before = promised(), resident = self_now().resident;
    for (int i = 3; i < 300; i += 3) {
        expect(start[i * PGSIZE] == 0 && promised() == before, "reading spends nothing");
        start[i * PGSIZE] = 1;
        expect(promised() == --before, "writing spends one promise");
        expect(self_now().resident == ++resident, "which is now a page");
        start[i * PGSIZE + 1] = 1;
    }
    expect(promised() == before, "writing again spends nothing");
}

static void promise_and_end(void *arg)
{
    own_pages();
    char *start = grow_heap(500 * PGSIZE, SBRK_EAGER);
    write_words(start, 100, 0);
    if ((long)arg == 1)
        exit(0);
    if ((long)arg == 2)
        kill(getpid());
    char *argv[] = {"true", 0};
    exec("/true", argv);
    exit(1);
}

void promise_comes_back(void)
{
    settle();
    struct sysinfo before = system_now();
    for (int i = 0; i < 60; i++)
        expect(status_of(promise_and_end, (void *)(long)(i % 3)) == (i % 3 == 2 ? -1 : 0),
               "a child ends");
    sync();
    struct sysinfo after = system_now();
    expect(after.promised == before.promised, "promised: %lu before, %lu after exit, kill and exec",
           before.promised, after.promised);
    expect(after.freemem + 64 * PGSIZE > before.freemem, "free: %lu before, %lu after",
           before.freemem, after.freemem);
    char *start = grow_heap(1000 * PGSIZE, SBRK_EAGER);
    write_words(start, 300, 0);
    sbrk(start - (char *)sbrk(0));
    expect(promised() == before.promised, "and after shrinking");
}

static void touch_inherited(void *arg)
{
    uint64 before = promised();
    write_words(arg, 150, 7);
    expect(promised() == before, "what a child writes spends no promise of its parent's");
    expect_words(arg, 150, 7);
    sbrk(-200 * PGSIZE);
    expect(sbrk(0) == arg && promised() == before,
           "what a child gives up gives no promise of its parent's back");
}

void promise_is_not_inherited(void)
{
    settle();
    char *start = grow_aligned(200 * PGSIZE, SBRK_EAGER);
    write_words(start, 50, 1);
    uint64 before = promised(), untouched = 0;
    for (int i = 0; i < 200; i++)
        untouched += frame_of(start + i * PGSIZE) == 0; // some were filled along with others
    for (int i = 0; i < 10; i++) {
        expect(status_of(touch_inherited, start) == 0, "a child writes all pages");
        expect(promised() == before, "after a child: %lu promised, not %lu", before, promised());
    }
    expect_words(start, 50, 1);
    write_words(start, 200, 2);
    expect(promised() == before - untouched, "the parent spends its own promises, all %lu",
           untouched);
}

// Takes what it can get: it is killed in the end, as nothing of what is promised is its.
static void take_all(void *arg)
{
    (void)arg;
    char *start = grow_heap(GB, SBRK_LAZY);
    write_words(start, GB / PGSIZE, 0);
}

// Half of what is free is promised and untouched; then others want all there is.
void promise_is_kept(void)
{
    settle();
    long pages = system_now().freemem / PGSIZE / 2;
    char *start = grow_heap(pages * PGSIZE, SBRK_EAGER);
    expect(status_of(take_all, 0) == -1, "who takes all memory is killed");
    write_words(start, pages / 2, 1);
    expect(status_of(take_all, 0) == -1, "once more, with some of the pages touched");
    write_words(start + pages / 2 * PGSIZE, pages - pages / 2, 1 + pages / 2);
    expect_words(start, pages, 1);
}

// Takes memory page by page until it is refused: what is free goes down by what is promised, to
// nothing, and comes back.
void promise_of_all_memory(void)
{
    settle();
    uint64 before = system_now().freemem, last = before, now;
    char *start = grow_heap(0, SBRK_LAZY);
    int exceptions = 0; // the journal may bring blocks home meanwhile and give its copies back
    for (; sbrk(PGSIZE) != SBRK_ERROR; last = now) {
        now = system_now().freemem;
        exceptions += now > last - PGSIZE;
    }
    expect(errno == ENOMEM, "ENOMEM at the end");
    expect(exceptions <= 3, "free memory goes down by a page each time, but for %d", exceptions);
    expect(last <= 2 * PGSIZE, "free memory goes down to 0, not %lu", last);
    long pages = ((char *)sbrk(0) - start) / PGSIZE;
    expect(fork() == -1 && errno == ENOMEM, "fork fails without memory");
    int ends[2];
    expect(pipe(ends) == -1 && errno == ENOMEM, "so does pipe");
    write_words(start, pages, 5);
    expect_words(start, pages, 5);
    sbrk(-pages * PGSIZE);
    expect(sbrk(0) == start, "the break is back");
    // they stay until the process ends
    uint64 after = system_now().freemem, tables = before / 512 + 16 * PGSIZE;
    expect(after + tables >= before, "free memory comes back: %lu of %lu", after, before);
}

static void grow_until_it_fails(void *)
{
    while (sbrk(PGSIZE) != SBRK_ERROR)
        ;
    exit(errno == ENOMEM ? 0 : 1);
}

// What the library writes to say so is no page that it would need now.
void errno_without_memory(void)
{
    for (int i = 0; i < 3; i++)
        expect(status_of(grow_until_it_fails, 0) == 0, "a child that takes all memory is told so");
}
