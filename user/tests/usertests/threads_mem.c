// What threads share, while all of them use it, on as many harts as there are.
#include "user/tests/usertests/threads.h"

static int stop;
static struct barrier meeting;

static int stopped(void) { return __atomic_load_n(&stop, __ATOMIC_SEQ_CST); }

static char *volatile shared_page;
static volatile int answer;

static int make_page(void *arg)
{
    char *p = sbrk(PGSIZE);
    p[77] = 'x';
    shared_page = p;
    while (answer != 5)
        pause(1);
    return p[77] != 'y' || arg != 0;
}

void threads_share_memory(void)
{
    struct thread t;
    must_start(&t, make_page, 0);
    while (shared_page == 0)
        pause(1);
    expect(shared_page[77] == 'x', "the page that a thread has made");
    shared_page[77] = 'y';
    answer = 5;
    expect_joined(&t, 0);
}

// --- Files ---

static int open_file(void *arg)
{
    (void)arg;
    int fd = open("f", O_CREATE | O_RDWR);
    return write(fd, "abc", 3) == 3 ? fd : -1;
}

static int close_file(void *fd) { return close((int)(long)fd); }

void threads_share_files(void)
{
    struct thread t;
    int fd;
    char buf[8];
    must_start(&t, open_file, 0);
    expect(thread_join(&t, &fd) == 0 && fd >= 0, "a thread opens a file");
    expect(write(fd, "de", 2) == 2 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, buf, 8) == 5,
           "its offset");
    expect(memcmp(buf, "abcde", 5) == 0, "its bytes");
    must_start(&t, close_file, (void *)(long)fd);
    expect_joined(&t, 0);
    expect(read(fd, buf, 8) == -1 && errno == EBADF, "it is closed for all");
    expect(unlink("f") == 0, "unlink");
}

static char place[2][MAXPATH];

static int change_directory(void *number)
{
    for (int i = 0; i < 300; i++)
        if (chdir(place[(i + (long)number) % 2]) < 0)
            return 1;
    return 0;
}

static int open_in_directory(void *number)
{
    (void)number;
    while (!stopped()) {
        int fd = open("f", O_RDONLY);
        if (fd < 0 || close(fd) < 0)
            return 1;
    }
    return 0;
}

static int enter_d0(void *arg) { return chdir(arg); }

void threads_share_cwd(void)
{
    struct thread t, users[2];
    for (int i = 0; i < 2; i++) {
        snprintf(place[i], MAXPATH, "%s/d%d", test_directory, i);
        expect(mkdir(place[i]) == 0 && chdir(place[i]) == 0, "mkdir");
        close(open("f", O_CREATE | O_RDWR));
    }
    must_start(&t, enter_d0, place[0]);
    expect_joined(&t, 0);
    char here[MAXPATH];
    expect(getcwd(here, MAXPATH) && strcmp(here, place[0]) == 0,
           "a thread's chdir is the process's, %s", here);
    for (int i = 0; i < 2; i++)
        must_start(&users[i], open_in_directory, 0);
    run_threads(change_directory, 2);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 2; i++)
        expect_joined(&users[i], 0);
    for (int i = 0; i < 2; i++)
        expect(chdir(place[i]) == 0 && unlink("f") == 0 && chdir("/") == 0 && unlink(place[i]) == 0,
               "clean up");
}

static int go_up_and_down(void *arg)
{
    static const char *const where[] = {"..", "a"};
    for (int i = 0; !stopped(); i++)
        if (chdir(where[i % 2]) < 0)
            return 1;
    return arg != 0;
}

static void keep_names_busy(void)
{
    for (;;)
        unlink("/./././././././././nothing");
}

// A call that waits with its directory in hand, for the names of which another process keeps the
// lock. Nothing but a working directory keeps the two directories in memory.
void threads_leave_cwd(void)
{
    struct thread t;
    int busy[2], calls = 0;
    expect(mkdir("p") == 0 && mkdir("p/a") == 0 && mkdir("q") == 0 && chdir("p/a") == 0,
           "directories");
    close(open("../../q/f", O_CREATE | O_RDWR));
    snprintf(place[0], MAXPATH, "%s/q/././././././f", test_directory);
    for (int i = 0; i < 2; i++)
        if ((busy[i] = fork()) == 0)
            keep_names_busy();
    must_start(&t, go_up_and_down, 0);
    for (int end = uptime() + 150; uptime() < end; calls++)
        expect(link(place[0], "x/y") == -1 && errno == ENOENT, "there is no x");
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    expect_joined(&t, 0);
    expect(calls > 10, "%d calls were made", calls);
    for (int i = 0; i < 2; i++)
        expect(kill(busy[i]) == 0 && waitpid(busy[i], 0, 0) == busy[i], "kill");
    expect(chdir(test_directory) == 0, "back");
    expect(unlink("q/f") == 0 && unlink("q") == 0 && unlink("p/a") == 0 && unlink("p") == 0,
           "clean up");
}

// --- Memory ---

#define PAGES    48
#define TOGETHER 4

static int *words; // PAGES pages

static int *word_of(int page, int index) { return words + page * (PGSIZE / sizeof(int)) + index; }

static int add_to_all(void *number)
{
    long me = (long)number;
    barrier_wait(&meeting);
    for (int i = 0; i < PAGES; i++)
        __atomic_fetch_add(word_of((i + me * (PAGES / TOGETHER) * (me & 1)) % PAGES, 9), 1,
                           __ATOMIC_SEQ_CST);
    return 0;
}

void threads_fault_together(void)
{
    meeting.count = TOGETHER;
    for (int round = 0; round < 40; round++) {
        words = (int *)(round & 1 ? sbrk(PAGES * PGSIZE) : sbrklazy(PAGES * PGSIZE));
        run_threads(add_to_all, TOGETHER);
        for (int i = 0; i < PAGES; i++)
            expect(*word_of(i, 9) == TOGETHER, "page %d holds %d", i, *word_of(i, 9));
        sbrk(-PAGES * PGSIZE);
    }
}

static char *grown[TOGETHER][50];

static int grow_break(void *number)
{
    long me = (long)number;
    for (int i = 0; i < 50; i++) {
        char *p = grown[me][i] = sbrk(PGSIZE);
        if (p == SBRK_ERROR)
            return 1;
        for (int j = 0; j < PGSIZE; j += 512)
            p[j] += me + 1; // what another got, too, shows
    }
    return 0;
}

static int wobble(void *arg)
{
    (void)arg;
    while (!stopped()) {
        char *p = sbrk(20 * PGSIZE);
        for (int i = 0; i < 20; i += 3)
            p[i * PGSIZE] = 1;
        sbrk(-20 * PGSIZE);
    }
    return 0;
}

static int add_much(void *number)
{
    for (int i = 0; i < 2000; i++)
        __atomic_fetch_add(word_of((i + (long)number) % PAGES, 3), 1, __ATOMIC_SEQ_CST);
    return 0;
}

void threads_move_break(void)
{
    struct thread t;
    run_threads(grow_break, TOGETHER);
    for (int i = 0; i < TOGETHER; i++)
        for (int j = 0; j < 50; j++)
            for (int k = 0; k < PGSIZE; k += 512)
                expect(grown[i][j][k] == i + 1, "page %d of thread %d", j, i);
    words = (int *)sbrk(PAGES * PGSIZE);
    must_start(&t, wobble, 0); // the stacks of before are used again: malloc leaves the break alone
    run_threads(add_much, 3);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    expect_joined(&t, 0);
    int sum = 0;
    for (int i = 0; i < PAGES; i++)
        sum += *word_of(i, 3);
    expect(sum == 3 * 2000, "no store is lost, %d", sum);
}

// Writes 1, 2, 3, ... each time to all pages, and finds what it wrote before.
static int write_rounds(void *number)
{
    long me = (long)number;
    for (int n = 1; !stopped(); n++) {
        for (int i = 0; i < PAGES; i++) {
            volatile int *w = word_of(i, me);
            if (*w != n - 1)
                return 1;
            *w = n;
        }
    }
    return 0;
}

// In the child: each writer was at one place at the moment of the fork, and is not here.
static void check_copy(void)
{
    static int copy[PAGES][2];
    for (int i = 0; i < PAGES; i++)
        for (int w = 0; w < 2; w++)
            copy[i][w] = *word_of(i, w);
    pause(1);
    for (int i = 0; i < PAGES; i++) {
        for (int w = 0; w < 2; w++) {
            expect(*word_of(i, w) == copy[i][w], "page %d changes in the child", i);
            expect(copy[i][w] <= copy[0][w] && copy[i][w] >= copy[0][w] - 1, "page %d of writer %d",
                   i, w);
            expect(i == 0 || copy[i][w] <= copy[i - 1][w], "page %d was written after page %d", i,
                   i - 1);
        }
    }
}

void threads_fork_and_write(void)
{
    struct thread t[2];
    words = (int *)sbrk(PAGES * PGSIZE);
    for (long i = 0; i < 2; i++)
        must_start(&t[i], write_rounds, (void *)i);
    for (int i = 0; i < 40; i++) {
        if (must_fork() == 0) {
            check_copy();
            exit(0);
        }
        expect_children(1);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 2; i++)
        expect_joined(&t[i], 0);
}

static int use_malloc(void *number)
{
    char *block[8] = {0};
    int size[8] = {0}, me = (int)(long)number, at = 0;
    for (int i = 0; i < 1500; i++) {
        at = (at * 5 + me + i) % 8;
        for (int j = 0; j < size[at]; j++)
            if (block[at][j] != (char)(me + at))
                return 1;
        free(block[at]);
        size[at] = 1 + (i * 37 + me * 11) % 700;
        if ((block[at] = malloc(size[at])) == 0)
            return 2;
        memset(block[at], me + at, size[at]);
    }
    for (int i = 0; i < 8; i++)
        free(block[i]);
    return 0;
}

void threads_malloc(void) { run_threads(use_malloc, TOGETHER); }

static double harmonic(int from)
{
    double sum = 0;
    for (int i = from; i < from + 3000; i++)
        sum += 1.0 / i;
    return sum;
}

static int keep_own(void *number)
{
    int me = (int)(long)number;
    double found;
    __asm__ volatile("fmv.d %0, fs11" : "=f"(found));
    if (found != 0)
        return 3;
    double first = harmonic(me + 1);
    for (int i = 0; i < 200; i++) {
        int failed = me % 2 ? close(-1) == -1 : open("no such file", O_RDONLY) == -1;
        if (harmonic(me + 1) != first)
            return 1;
        if (!failed || errno != (me % 2 ? EBADF : ENOENT))
            return 2;
    }
    return 0;
}

void threads_keep_their_own(void)
{
    errno = 1234;
    expect(harmonic(1) > 1, "this thread uses floating point before the others begin");
    __asm__ volatile("fcvt.d.w fs11, %0" ::"r"(7) : "fs11"); // they begin with zeroes all the same
    run_threads(keep_own, TOGETHER);
    expect(errno == 1234, "the first thread's errno stays");
}
