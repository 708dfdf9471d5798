// Copy-on-write: how many frames it takes, which page is copied when, and what happens when there
// is no frame for a copy.
#include "user/tests/usertests/cow.h"
#include "user/tests/usertests/heap_probe.h"

static long copies(void)
{
    return counter_value("fault_cow_copy") + counter_value("fault_cow_around");
}

// fork takes: two roots, the tables, four pages of kernel stack, and the pages of stack and data
// that both write at once.
void fork_takes_tables_only(void)
{
    const int pages = 4096;
    struct gate g = make_gate();
    int report[2];
    char c;
    write_words(grow_heap(pages * PGSIZE, SBRK_EAGER), pages, 0);
    own_pages();
    expect(pipe(report) == 0, "pipe");
    sync();
    long before = copies(), shared = counter_value("fork_pages");
    struct sysinfo s = system_now(), t;
    int pid = must_fork();
    if (pid == 0) {
        write(report[1], "c", 1);
        wait_at(&g);
        exit(0);
    }
    expect(read(report[0], &c, 1) == 1, "the child runs");
    t = system_now();
    struct procinfo mine = self_now(), its;
    expect(procinfo(pid, &its) == pid && its.resident == mine.resident && its.tables == mine.tables,
           "the child maps as many pages, by as many tables");
    long taken = (s.freemem - t.freemem) / PGSIZE, least = its.tables + 6;
    expect(taken >= least && taken < least + 20, "fork takes %ld frames and few more, not %ld",
           least, taken);
    expect(copies() - before < 16 && counter_value("fork_pages") >= shared + pages,
           "and shares the rest");
    open_gate(&g);
    expect_children(1);
}

// Every third page, so that none is copied along with another.
static void write_thirds(void *arg)
{
    char *p = arg;
    own_pages();
    write_words(p, 1, -1);
    for (int tries = 1;; tries++) { // the journal may give frames back or take them meanwhile
        struct sysinfo s = system_now();
        uint64 resident = self_now().resident;
        int from = tries * 300;
        for (int i = from; i < from + 300; i += 3)
            *word(p, i) = i;
        struct sysinfo t = system_now();
        expect(self_now().resident == resident, "a copy takes the place of what was shared");
        if (s.freemem - t.freemem == 100 * PGSIZE)
            return;
        expect(tries < 4, "100 pages written take 100 frames, not %ld",
               (long)(s.freemem - t.freemem) / PGSIZE);
    }
}

void child_takes_what_it_writes(void)
{
    char *p = grow_heap(1500 * PGSIZE, SBRK_LAZY); // by pages, never by 2 MiB
    write_words(p, 1500, 0);
    sync();
    expect(status_of(write_thirds, p) == 0, "a child writes");
    expect_words(p, 1500, 0);
}

void last_holder_claims(void)
{
    enum { PAGES = 200 };
    static uint64 frames[PAGES];
    char *p = grow_heap(PAGES * PGSIZE, SBRK_EAGER);
    write_words(p, PAGES, 0);
    for (int i = 0; i < PAGES; i++)
        frames[i] = frame_of(p + i * PGSIZE);
    for (int round = 1; round <= 3; round++) {
        expect(status_of(nothing, 0) == 0, "a child comes and goes");
        long claims = counter_value("fault_cow_claim");
        for (int i = 0; i < PAGES; i++) {
            expect((pgpte(p + i * PGSIZE) & (PTE_W | PTE_COW)) == PTE_COW,
                   "page %d is still marked", i);
            *word(p, i) = round + i;
            expect(frame_of(p + i * PGSIZE) == frames[i], "page %d is not copied", i);
            expect((pgpte(p + i * PGSIZE) & (PTE_W | PTE_COW)) == PTE_W, "page %d can be written",
                   i);
        }
        expect(counter_value("fault_cow_claim") >= claims + PAGES, "claims are counted");
    }
}

// Whether pages [from, to) of p are this process's own, and page `to` is not.
static int copied_up_to(char *p, int from, int to)
{
    for (int i = from; i < to; i++)
        if ((pgpte(p + i * PGSIZE) & (PTE_W | PTE_COW)) != PTE_W)
            return 0;
    return (pgpte(p + to * PGSIZE) & (PTE_W | PTE_COW)) != PTE_W;
}

static void write_in_a_row(void *arg)
{
    static const uchar ends[] = {1, 3, 7, 15, 23, 31};
    char *p = arg;
    int from = 0;
    for (uint i = 0; i < sizeof(ends); i++) {
        *word(p, from) = -1;
        expect(copied_up_to(p, from, ends[i]), "a write to page %d copies up to page %d", from,
               ends[i] - 1);
        from = ends[i];
    }
    *word(p, 50) = -1;
    expect(copied_up_to(p, 50, 51), "a write elsewhere copies one page");
    *word(p, 60) = -1;
    expect(copied_up_to(p, 60, 61), "and one more");
    for (int i = 0; i < 64; i++)
        expect(*word(p, i) ==
                   (i == 50 || i == 60 ||
                            (i < 31 && (i == 0 || i == 1 || i == 3 || i == 7 || i % 8 == 7))
                        ? -1
                        : i),
               "page %d has the right bytes", i);
}

void copies_in_runs(void)
{
    char *p = grow_aligned(64 * PGSIZE, SBRK_EAGER);
    write_words(p, 64, 0);
    expect(status_of(write_in_a_row, p) == 0, "a child writes in a row");
    expect_words(p, 64, 0);
}

static void write_0_1(char *p, int from)
{
    *word(p, from) = -1;
    *word(p, from + 1) = -1;
    *word(p, from + 3) = -1;
}

// Runs of 1, 2, then 4 from page 3, 13 ... on: what lies in the middle of the third.
static void write_up_to_obstacles(void *arg)
{
    char *p = arg;
    uint64 zero = frame_of(p + 5 * PGSIZE);
    write_0_1(p, 0);
    expect(copied_up_to(p, 0, 5) && frame_of(p + 5 * PGSIZE) == zero, "a zero page ends the run");
    write_0_1(p, 10);
    expect(copied_up_to(p, 10, 15) && pgpte(p + 15 * PGSIZE) == 0, "a hole ends it");
    *word(p, 24) = -1;
    uint64 own = frame_of(p + 24 * PGSIZE);
    write_0_1(p, 20);
    expect(copied_up_to(p, 20, 25) && frame_of(p + 24 * PGSIZE) == own,
           "so does a page that is its own");
    write_0_1(p, 27);
    expect(copied_up_to(p, 27, 32), "and the break");
}

void runs_stop(void)
{
    char *p = grow_aligned(32 * PGSIZE, SBRK_LAZY);
    for (int i = 0; i < 32; i++)
        if (i != 5 && i != 15)
            *word(p, i) = i;
    expect(*word(p, 5) == 0, "the zero page");
    expect(status_of(write_up_to_obstacles, p) == 0, "a child writes");
    for (int i = 0; i < 32; i++)
        expect(*word(p, i) == (i == 5 || i == 15 ? 0 : i), "page %d is the parent's", i);
}

// Writes all of what it shares with its parent: there is no memory for that.
static void write_every_page(void *arg)
{
    long pages = ((char *)sbrk(0) - (char *)arg) / PGSIZE;
    write_words(arg, pages, -1);
}

static void read_into_all(void *arg)
{
    char *end = sbrk(0);
    int fd = open("/zero", O_RDONLY);
    own_pages();
    expect(fd >= 0, "open /zero");
    for (char *p = arg; p < end; p += PGSIZE)
        if (read(fd, p, 1) != 1)
            exit(errno == EFAULT || errno == ENOMEM ? 33 : 1);
}

void copies_without_memory(void)
{
    own_pages();
    long pages = system_now().freemem / PGSIZE / 3 * 2;
    char *p = grow_heap(pages * PGSIZE, SBRK_EAGER);
    write_words(p, pages, 1);
    expect(status_of(write_every_page, p) == -1, "a child that writes all is killed");
    expect_words(p, pages, 1);
    expect(status_of(read_into_all, p) == 33, "a child that reads into all gets an error");
    expect_words(p, pages, 1);
    write_words(p, pages, 2);
    expect_words(p, pages, 2);
}

// Promises itself all memory but so many pages, in ever smaller pieces.
static void leave_pages(long left)
{
    for (long piece = 64 * MB; piece >= PGSIZE; piece /= 2)
        while (sys_sbrk(piece, SBRK_EAGER) != SBRK_ERROR)
            ;
    sys_sbrk(-left * PGSIZE, SBRK_EAGER);
}

#define FORK_FAILED 33

// fork with few pages left. What it did on the way must not be seen if it fails.
static void fork_with_pages_left(void *arg)
{
    char *p = grow_aligned(700 * PGSIZE, SBRK_EAGER);
    write_words(p, 700, 1);
    own_pages();
    leave_pages((long)arg);
    int pid = fork();
    if (pid == 0)
        exit(0);
    if (pid > 0)
        exit(wait(0) == pid ? 0 : 1);
    expect(errno == ENOMEM || errno == EAGAIN, "fork fails for want of memory");
    expect_words(p, 700, 1);
    write_words(p, 700, 2);
    expect_words(p, 700, 2);
    exit(FORK_FAILED);
}

// At each of fork's allocations. A few pages more, and it works, but not all that both write then
// can be copied: someone is killed, no more.
void forks_without_memory(void)
{
    long left;
    int status = FORK_FAILED, failures = 0;
    for (left = 0; left < 80 && status != 0; left++) {
        status = status_of(fork_with_pages_left, (void *)left);
        expect(status == FORK_FAILED || status == 0 || status == -1,
               "fork with %ld pages left: status %d", left, status);
        failures += status == FORK_FAILED;
    }
    expect(status == 0 && failures >= 8, "fork fails with few pages, %d times, and works with %ld",
           failures, left);
}
