// Time, and what the kernel tells of processes and of the system.
#include "kernel/syscall.h"
#include "user/tests/usertests/procs.h"
#include "user/tests/usertests/procs_help.h"

#define TICK_NS 10000000L

static long clock_ns(void)
{
    uint64 ns = 0;
    expect(gettime(&ns) == 0, "gettime works");
    return ns;
}

// A busy host stops the emulator now and then: what takes too long may take its time some other
// time.
#define TRIES 50

void pause_lasts(void)
{
    static const int lengths[] = {1, 2, 5};
    for (uint i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        int n = lengths[i], took = 0;
        for (int tries = 0; tries < TRIES; tries++) {
            int from = uptime();
            long ns = clock_ns();
            expect(pause(n) == 0, "pause(%d)", n);
            ns = clock_ns() - ns;
            took = uptime() - from;
            expect(took >= n && ns > (n - 1) * TICK_NS, "pause(%d) lasts as long, not %d, %ld ns",
                   n, took, ns);
            if (took <= n + 2)
                break;
        }
        expect(took <= n + 2, "pause(%d) ends in time, not after %d", n, took);
    }
    expect(pause(0) == 0 && pause(-1) == 0 && sleep(-0x7fffffff - 1) == 0,
           "none at all for 0 and less");
}

void uptime_and_clock(void)
{
    long off = 0;
    for (int tries = 0; tries < TRIES; tries++) {
        long before = uptime(), ns = clock_ns(), last = ns;
        for (int i = 0; i < 1000 || uptime() < before + 10; i++) {
            long now = clock_ns();
            expect(now >= last, "the clock goes forward: %ld after %ld", now, last);
            last = now;
        }
        off = (last - ns) / TICK_NS - (uptime() - before);
        if (off >= -1 && off <= 1)
            break;
    }
    expect(off >= -1 && off <= 1, "ticks and clock agree, off by %ld", off);
    expect(gettime((uint64 *)MAXVA) == -1 && errno == EFAULT, "gettime to a bad address");
}

#define SLEEPERS 5

// Sleepers begin with the longest pause; the order in which they tell of their end.
static int wake_in_order(void)
{
    int ends[2], in_order = 1, from = uptime() + 1;
    must_pipe(ends);
    for (int i = SLEEPERS; i > 0; i--) {
        if (must_fork() == 0) {
            pause(from + 3 * i - uptime());
            exit(write(ends[1], &i, 1) != 1);
        }
    }
    for (int i = 1; i <= SLEEPERS; i++)
        in_order &= read_byte(ends[0]) == i;
    expect_children(SLEEPERS);
    close(ends[0]);
    close(ends[1]);
    return in_order;
}

void sleepers_wake_in_order(void)
{
    int good = 0;
    for (int tries = 0; tries < TRIES && !good; tries++)
        good = wake_in_order();
    expect(good, "the one with the shortest pause wakes first");
}

void many_sleepers(void)
{
    for (int i = 0; i < 50; i++)
        if (must_fork() == 0)
            exit(pause(2) != 0);
    expect_children(50);
}

static void echo_bytes(int from, int to)
{
    char c;
    while (read(from, &c, 1) == 1)
        write(to, &c, 1);
    exit(0);
}

// A byte goes to and fro. How many of the rounds took a tick or more.
static int late_rounds(int rounds)
{
    int there[2], back[2], late = 0;
    must_pipe(there);
    must_pipe(back);
    int pid = must_fork();
    if (pid == 0) {
        close(there[1]);
        echo_bytes(there[0], back[1]);
    }
    for (int i = 0; i < rounds; i++) {
        long ns = clock_ns();
        char c = i;
        expect(write(there[1], &c, 1) == 1 && read_byte(back[0]) == c, "byte %d comes back", i);
        late += clock_ns() - ns >= TICK_NS / 2;
    }
    for (int i = 0; i < 2; i++)
        close(there[i]), close(back[i]);
    expect_status(pid, 0);
    return late;
}

void wakeups_are_prompt(void)
{
    int late = 0;
    for (int tries = 0; tries < TRIES; tries++)
        if ((late = late_rounds(300)) <= 15)
            break;
    expect(late <= 15, "wakeups are prompt: %d of 300 rounds were late", late);
}

void getpid_is_ones_own(void)
{
    for (int i = 0; i < NCPU; i++) {
        int self = must_fork();
        if (self == 0) {
            self = getpid();
            for (int j = 0; j < 3000; j++)
                expect(getpid() == self, "process %d finds itself", self);
            exit(0);
        }
    }
    expect_children(NCPU);
}

void procinfo_of_oneself(void)
{
    struct procinfo info;
    int self = getpid();
    memset(&info, 0xff, sizeof(info));
    expect(procinfo(self, &info) == self && info.pid == self, "procinfo finds pid %d", self);
    expect(info.ppid == getppid() && info.state == PS_RUNNING, "parent %d, state %d", info.ppid,
           info.state);
    expect(info.isolated == isolate(-1) && info.cpu >= 0 && info.cpu < NCPU, "mode and hart");
    expect(strcmp(info.name, "usertests") == 0, "name, not %s", info.name);
    uint64 size = info.size, ticks = info.ticks;
    expect(info.resident > 0 && info.resident < size / PGSIZE && info.tables > 0, "pages %lu",
           info.resident);
    sbrk(5 * PGSIZE);
    expect(procinfo(self, &info) == self && info.size == size + 5 * PGSIZE,
           "size grows with the heap");
    for (int until = uptime() + 5 * TICK_HZ; info.ticks <= ticks && uptime() < until;)
        expect(procinfo(self, &info) == self, "procinfo");
    expect(info.ticks > ticks, "ticks that met it running");
}

void procinfo_of_children(void)
{
    struct procinfo info;
    int sleeper = start_child(sleep_on, 0), spinner = start_child(spin_on, 0);
    wait_asleep(sleeper);
    expect(procinfo(sleeper, &info) == sleeper && info.ppid == getpid() && info.pid == sleeper,
           "the sleeper");
    expect(info.resident > 0, "has memory");
    for (int i = 0; i < 500 && (procinfo(spinner, &info) != spinner || info.ticks == 0); i++)
        pause(1);
    expect(info.ticks > 0 && (info.state == PS_RUNNING || info.state == PS_RUNNABLE),
           "the spinner: %d", info.state);
    expect(kill(sleeper) == 0, "kill");
    wait_zombie(sleeper);
    expect(procinfo(sleeper, &info) == sleeper && info.size == 0 && info.resident == 0,
           "a zombie has no memory");
    expect_status(sleeper, -1);
    expect(state_of(sleeper) == -1, "it is gone");
    expect_killed(spinner);
}

void procinfo_walks_all(void)
{
    struct procinfo info;
    int self = 0, last = 0, pid = start_child(sleep_on, 0), child = 0;
    while ((last = procinfo(last + 1, &info)) > 0) {
        expect(info.pid == last, "pid %d", last);
        self |= last == getpid();
        child |= last == pid;
    }
    expect(self && child && errno == ESRCH, "all are found, then ESRCH");
    expect(procinfo(-5, &info) == 1 && info.ppid == 0 && strcmp(info.name, "init") == 0,
           "the first one is init");
    expect(procinfo(1, (struct procinfo *)MAXVA) == -1 && errno == EFAULT, "EFAULT");
    expect_killed(pid);
}

void sysinfo_counts(void)
{
    struct sysinfo a, b;
    int ends[10][2], file, pid;
    expect(sysinfo(&a) == 0 && a.ncpu >= 1 && a.ncpu <= NCPU && a.timebase > 0, "harts, time base");
    expect(a.freemem <= a.totalmem && a.freepages * PGSIZE <= a.totalmem,
           "free memory is part of it");
    for (int i = 0; i < 10; i++)
        must_pipe(ends[i]);
    expect((file = open("file", O_CREATE | O_RDWR)) >= 0, "a file");
    pid = start_child(sleep_on, 0);
    expect(sysinfo(&b) == 0 && b.nproc == a.nproc + 1, "a process more than %lu: %lu", a.nproc,
           b.nproc);
    expect(b.pipes == a.pipes + 10 && b.files == a.files + 21, "10 pipes more, 21 open files more");
    expect(b.inodes == a.inodes + 1 && b.freeinodes == a.freeinodes - 1, "an inode more");
    expect_killed(pid);
    for (int i = 0; i < 10; i++)
        close(ends[i][0]), close(ends[i][1]);
    close(file);
    unlink("file");
    sync();
    expect(sysinfo(&b) == 0 && b.nproc == a.nproc && b.pipes == a.pipes && b.files == a.files,
           "as before");
    expect(b.inodes == a.inodes && b.freeinodes == a.freeinodes, "inodes as before");
    expect(sysinfo((struct sysinfo *)MAXVA) == -1 && errno == EFAULT, "EFAULT");
}

// One line appears on the console: the child's getppid.
void trace_changes_nothing(void)
{
    int self = getpid();
    expect(trace(1 << SYS_getppid) == 0, "trace");
    int pid = must_fork();
    if (pid == 0) {
        int parent = getppid();
        expect(parent == self && trace(0) == 0 && getppid() == self, "parent %d, not %d", self,
               parent);
        exit(0);
    }
    expect(trace(0) == 0, "trace(0)");
    expect_status(pid, 0);
}

void poweroff_status_range(void)
{
    expect(poweroff(-1) == -1 && errno == EINVAL, "poweroff(-1)");
    expect(poweroff(128) == -1 && errno == EINVAL, "poweroff(128)");
}
