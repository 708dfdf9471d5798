// Harts and locks: processes that are bound to a hart, and what the statistics tell of locks.
#include "user/tests/usertests/procs_help.h"

static int harts(void)
{
    int n = system_now().ncpu;
    expect(n >= 1, "harts");
    return n;
}

// This process runs on that hart, also after it has slept, made way, or gone to disk.
static void expect_on(int hart)
{
    for (int i = 0; i < 20; i++) {
        struct procinfo now = self_now();
        expect(now.cpu == hart && now.pin == hart, "on hart %d, not %d (pinned to %d)", hart,
               now.cpu, now.pin);
        if (i % 4 == 0)
            pause(1);
        for (volatile int j = 0; j < 10000; j++)
            ;
    }
}

static void pin_here(void *arg)
{
    int hart = (long)arg;
    expect(cpupin(hart) == 0, "cpupin(%d)", hart);
    expect_on(hart);
}

static void pinned_runs_there(void)
{
    int n = harts(), pid[NCPU];
    expect(self_now().pin == -1, "nobody is pinned unasked");
    for (int i = 0; i < 2 * n; i++) // one after the other, through all harts and back
        expect(status_of(pin_here, (void *)(long)(i < n ? i : 2 * n - 1 - i)) == 0, "alone");
    for (long i = 0; i < n; i++)
        pid[i] = start_child(pin_here, (void *)(n - 1 - i));
    for (int i = 0; i < n; i++)
        expect_status(pid[i], 0);
    for (int i = 0; i < n; i++)
        pin_here((void *)(long)i);
}

static void pin_is_inherited(void)
{
    int last = harts() - 1;
    expect(cpupin(last) == 0, "cpupin");
    for (int i = 0; i < 3; i++) {
        int pid = must_fork();
        if (pid == 0) {
            expect_on(last);
            if (must_fork() == 0) {
                expect_on(last);
                exit(0);
            }
            expect_children(1);
            exit(0);
        }
    }
    expect_children(3);
    expect_on(last);
}

static void pin_refuses(void)
{
    int n = harts(), bad[] = {-1, n, n + 1, NCPU, 0x7fffffff, -0x7fffffff - 1};
    for (uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect(cpupin(bad[i]) == -1 && errno == EINVAL && self_now().pin == -1, "cpupin(%d)",
               bad[i]);
    expect(cpupin(n - 1) == 0 && cpupin(n) == -1 && self_now().pin == n - 1,
           "the pin stays after a bad one");
}

static void make_progress(void *arg)
{
    expect(cpupin((long)arg) == 0, "cpupin");
    for (int i = 0; i < 10; i++)
        pause(1);
}

// Children that do nothing but compute do not keep others from their hart.
static void pinned_share_a_hart(void)
{
    int spinner[3], pid[NCPU], n = harts();
    for (int i = 0; i < 3; i++)
        if ((spinner[i] = must_fork()) == 0) {
            expect(cpupin(0) == 0, "cpupin");
            spin_on(0);
        }
    for (long i = 0; i < n; i++)
        pid[i] = start_child(make_progress, (void *)i);
    for (int i = 0; i < n; i++)
        expect_status(pid[i], 0);
    for (int i = 0; i < 3; i++)
        expect_killed(spinner[i]);
}

#define ROUNDS 100
#define LATE   5000000 // nanoseconds: much less than a tick
#define TRIES  20

#define MOST_LATE 80 // rounds

// A byte goes to and fro between two harts. How many rounds were late.
static int late_rounds(int here, int there)
{
    int to[2], back[2], late = 0;
    char c = 0;
    must_pipe(to);
    must_pipe(back);
    int pid = must_fork();
    if (pid == 0) {
        close(to[1]);
        expect(cpupin(there) == 0, "cpupin");
        while (read(to[0], &c, 1) == 1)
            write(back[1], &c, 1);
        exit(0);
    }
    expect(cpupin(here) == 0, "cpupin");
    for (int i = 0; i < ROUNDS; i++) {
        uint64 begin, end;
        gettime(&begin);
        expect(write(to[1], &c, 1) == 1 && read_byte(back[0]) == c, "byte %d comes back", i);
        gettime(&end);
        late += end - begin > LATE;
    }
    for (int i = 0; i < 2; i++)
        close(to[i]), close(back[i]);
    expect_status(pid, 0);
    return late;
}

// Who waits for ticks is late in every round. A busy host may stop a hart now and then: so it is
// enough that some rounds are in time, and what is late may be in time some other time.
static void pinned_wake_promptly(void)
{
    int n = harts();
    for (int i = 0; i < n; i++) {
        int late = ROUNDS;
        for (int tries = 0; tries < TRIES && late > MOST_LATE; tries++)
            late = late_rounds(i, (i + 1) % n);
        expect(late <= MOST_LATE, "from hart %d to the next: %d of %d rounds were late", i, late,
               ROUNDS);
    }
}

static char text[4096];

static void read_text(void)
{
    int n = statistics(text, sizeof(text) - 1);
    expect(n > 0 && n < 4000, "%d bytes", n);
    text[n] = 0;
}

// The number behind what in line, which must be there.
static long number_behind(const char *line, const char *what)
{
    const char *at = strstr(line, what), *end = strchr(line, '\n');
    expect(at && at < end && isdigit(at[strlen(what)]), "`%s' and a number", what);
    return strtol(at + strlen(what), 0, 10);
}

#define FAILED   "#test-and-set "
#define ACQUIRED "#acquire() "

// Adds up what the lines between two headings say behind key, for names that begin so.
static long add_up(const char *name, const char *key)
{
    char begin[40];
    long sum = 0;
    const char *line = strstr(text, "\n--- lock kmem/bcache stats"),
               *end = strstr(text, "\n--- top 5 contended locks:");
    snprintf(begin, sizeof(begin), "\nlock: %s", name);
    expect(line && end && line < end, "two headings");
    while ((line = strstr(line + 1, begin)) != 0 && line < end)
        sum += number_behind(line + 1, key);
    return sum;
}

static void lock_statistics(void)
{
    read_text();
    const char *total = strchr(text, '='), *top = strstr(text, "\n--- top 5 contended locks:");
    expect(total && strncmp(total - 4, "\ntot= ", 6) == 0, "the first '=' is the total's");
    expect(isdigit(total[2]) && strchr(total, '\n') && strchr(total, '\n')[1] == 0,
           "and that the last line");
    expect(atoi(total + 2) == add_up("kmem", FAILED) + add_up("bcache", FAILED),
           "it is the sum of the lines");
    expect(add_up("", ACQUIRED) == add_up("kmem", ACQUIRED) + add_up("bcache", ACQUIRED),
           "which are no others");
    long last = -1;
    for (int i = 0; i < 5; i++) {
        top = strchr(top + 1, '\n');
        expect(top && strncmp(top, "\nlock: ", 7) == 0, "5 locks");
        long failed = number_behind(top + 1, FAILED);
        expect(number_behind(top + 1, ACQUIRED) >= 0 && (last < 0 || failed <= last), "in order");
        last = failed;
    }
}

#define TIMES 1000

static void lock_statistics_count(void)
{
    int fd = open("f", O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, "x", 1) == 1, "write");
    read_text();
    long cache = add_up("bcache", ACQUIRED), memory = add_up("kmem", ACQUIRED);
    for (int i = 0; i < TIMES; i++) {
        char c;
        expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, &c, 1) == 1 && c == 'x', "read");
        char *page = sbrk(PGSIZE);
        expect(page != SBRK_ERROR, "sbrk");
        *(volatile char *)page = 1;
        sbrk(-PGSIZE);
    }
    read_text();
    cache = add_up("bcache", ACQUIRED) - cache;
    memory = add_up("kmem", ACQUIRED) - memory;
    expect(cache >= TIMES && memory >= TIMES, "%d reads, %ld locks; %d pages, %ld locks", TIMES,
           cache, TIMES, memory);
    close(fd);
    unlink("f");
}

const struct test locks_tests[] = {
    TEST(
        pinned_runs_there, 0, "",
        "after cpupin(n) a process runs on hart n, whatever it does, until it is pinned elsewhere"),
    TEST(pin_is_inherited, 0, "", "children and theirs run where their parent is pinned"),
    TEST(pin_refuses, 0, "", "cpupin to a hart that is none is EINVAL and changes nothing"),
    TEST(pinned_share_a_hart, 0, "",
         "processes pinned to one hart all run, beside others that never sleep"),
    TEST(pinned_wake_promptly, ALONE, "",
         "waking a process whose hart is idle does not wait for the next tick"),
    TEST(lock_statistics, 0, "", "the statistics of locks have their form, and add up"),
    TEST(lock_statistics_count, 0, "",
         "each read of a block, each page that comes and goes takes a lock, which is counted"),
    END_OF_TESTS,
};
