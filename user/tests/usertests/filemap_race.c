// What happens to a mapping while others change it, or its file. read() and write() between a file
// and its own mapping, which another thread unmaps: the bytes that a call counts have arrived, and
// it is refused only where there is no page.
#include "user/tests/usertests/filemap.h"
#include "user/tests/usertests/threads.h"

#define COPIERS   3
#define AREA      (3 * PGSIZE)
#define SOURCES   2 // areas that nobody changes: area i is filled with mark i
#define FILE_SIZE ((SOURCES + 2 * COPIERS) * AREA)
#define UNTOUCHED 9 // the mark of all other areas at first
#define ROUNDS    300

// A copier has two areas of the file of its own, one to read() into the mapping, one to write().
static struct copier {
    int fd;
    char area[AREA];
} copiers[COPIERS];

static char *mapping;
static int mapping_flags, changer_ended;

static long source_of(int round) { return round % SOURCES * AREA; }

static long own_area(long me, int second) { return (SOURCES + 2 * me + second) * AREA; }

// What lies in the file there, as another thread cannot see it change.
static char *area_in_file(struct copier *c, long at)
{
    lseek(c->fd, at, SEEK_SET);
    expect(read(c->fd, c->area, AREA) == AREA, "read() of the area at %ld", at);
    return c->area;
}

static void check_result(const char *call, int n)
{
    expect(n == -1 ? errno == EFAULT : n <= AREA, "%s between a file and its mapping: %d", call, n);
}

// Into the mapping: what is shared is in the file then, what is private is not.
static void read_over_mapping(struct copier *c, long me, int round)
{
    long from = source_of(round), to = own_area(me, 0);
    lseek(c->fd, from, SEEK_SET);
    int n = read(c->fd, mapping + to, AREA);
    check_result("read()", n);
    char *now = area_in_file(c, to);
    if (mapping_flags & MAP_PRIVATE)
        expect(is_filled(now, to, AREA, UNTOUCHED),
               "read() into private pages leaves the file alone");
    else if (n > 0)
        expect(is_filled(now, from, n, round % SOURCES), "all of the %d bytes that read() counts",
               n);
}

static void write_from_mapping(struct copier *c, long me, int round)
{
    long from = source_of(round), to = own_area(me, 1);
    fill(c->area, to, AREA, UNTOUCHED);
    lseek(c->fd, to, SEEK_SET);
    expect(write(c->fd, c->area, AREA) == AREA && lseek(c->fd, to, SEEK_SET) == to, "write()");
    int n = write(c->fd, mapping + from, AREA);
    check_result("write()", n);
    int done = n < 0 ? 0 : n;
    char *now = area_in_file(c, to);
    expect(is_filled(now, from, done, round % SOURCES), "all of the %d bytes that write() counts",
           done);
    expect(is_filled(now + done, to + done, AREA - done, UNTOUCHED), "and none beyond them");
}

static int copy(void *number)
{
    long me = (long)number;
    for (int round = 0; !__atomic_load_n(&changer_ended, __ATOMIC_SEQ_CST); round++) {
        read_over_mapping(&copiers[me], me, round);
        write_from_mapping(&copiers[me], me, round);
    }
    return 0;
}

// Pages of the mapping go, and come back.
static void change(int fd, int round)
{
    int first = rand() % (FILE_SIZE / PGSIZE), n = 1 + rand() % (FILE_SIZE / PGSIZE - first);
    char *p = mapping + first * PGSIZE;
    switch (round % 4) {
    case 0:
        unmap(p, n * PGSIZE);
        pause(round % 8 == 0);
        break;
    case 1:
        protect(p, n * PGSIZE, PROT_NONE);
        break;
    case 2:
        expect(madvise(p, n * PGSIZE, MADV_DONTNEED) == 0, "madvise");
        return;
    }
    expect(mmap(p, n * PGSIZE, RW, mapping_flags | MAP_FIXED, fd, first * PGSIZE) == p,
           "mmap of %d pages", n);
}

static void copy_while_unmapped(int flags)
{
    struct thread t[COPIERS];
    int fd = filled_file("f", FILE_SIZE, UNTOUCHED);
    for (int i = 0; i < SOURCES; i++)
        write_at(fd, i * AREA, AREA, i);
    mapping_flags = flags;
    mapping = map_file(fd, 0, FILE_SIZE, RW, flags);
    for (long i = 0; i < COPIERS; i++) {
        expect((copiers[i].fd = open("f", O_RDWR)) >= 0, "open");
        must_start(&t[i], copy, (void *)i);
    }
    for (int round = 0; round < ROUNDS; round++)
        change(fd, round);
    __atomic_store_n(&changer_ended, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < COPIERS; i++) {
        expect_joined(&t[i], 0);
        close(copiers[i].fd);
    }
    unmap(mapping, FILE_SIZE);
    for (int i = 0; i < SOURCES; i++)
        expect_filled(fd, i * AREA, AREA, i);
    discard(fd, "f");
}

void copies_while_unmapped(void) { copy_while_unmapped(MAP_SHARED); }

void copies_while_private_unmapped(void) { copy_while_unmapped(MAP_PRIVATE); }

// --- A file is cut while another process makes and divides its mappings of it ---

static void divide_mapping(void *number)
{
    int fd = open("f", O_RDWR);
    (void)number;
    for (char *p = map_file(fd, 0, AREA, RW, MAP_SHARED);;) {
        protect(p + PGSIZE, PGSIZE, PROT_READ);
        expect(mmap(p, AREA, RW, MAP_SHARED | MAP_FIXED, fd, 0) == p, "mmap");
    }
}

void map_cut_while_divided(void)
{
    int fd = filled_file("f", AREA, 1), pid = start_child(divide_mapping, 0);
    char *p = map_file(fd, 0, AREA, RW, MAP_SHARED);
    for (int round = 0; round < 2 * ROUNDS; round++) {
        write_at(fd, 0, AREA, round);
        expect(is_filled(p, 0, AREA, round), "the file's bytes");
        expect(ftruncate(fd, 0) == 0 && ftruncate(fd, AREA) == 0, "ftruncate");
        expect(is_zero(p, AREA), "the file was empty in round %d", round);
    }
    expect_killed(pid);
    unmap(p, AREA);
    discard(fd, "f");
}

// --- How much a cut looks at ---

#define MAPPINGS 300
#define MAPPERS  3

static void cut_to_nothing(int fd, long most)
{
    long before = counter_value("mapping_cut");
    expect(ftruncate(fd, 0) == 0, "ftruncate");
    long looks = counter_value("mapping_cut") - before;
    expect(looks > 0 && looks <= most, "a cut looks at %ld processes, not %ld", most, looks);
}

// Every other mapping is used, so that there are pages to be taken from it.
static void map_many_times(int fd)
{
    for (int i = 0; i < MAPPINGS; i++) {
        const volatile char *p =
            map_file(fd, 0, PGSIZE, PROT_READ, i % 3 ? MAP_SHARED : MAP_PRIVATE);
        if (i % 2)
            (void)*p;
    }
}

void map_cut_once(void)
{
    int fd = filled_file("f", PGSIZE, 1);
    map_many_times(fd);
    struct gate g = make_gate();
    int pid = must_fork();
    if (pid == 0) {
        wait_at(&g);
        exit(0);
    }
    cut_to_nothing(fd, 2);
    write_at(fd, 0, PGSIZE, 2);
    cut_to_nothing(fd, 2);
    open_gate(&g);
    expect_status(pid, 0);
    write_at(fd, 0, PGSIZE, 3);
    cut_to_nothing(fd, 1);
    discard(fd, "f");
}

static void map_without_end(void *arg)
{
    int fd = *(int *)arg;
    for (;;)
        for (int i = 0; i < 64; i++)
            mmap(FAR + i * PGSIZE, PGSIZE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
}

void map_cut_while_mapped(void)
{
    int fd = filled_file("f", PGSIZE, 1), pid[MAPPERS];
    for (int i = 0; i < MAPPERS; i++)
        pid[i] = start_child(map_without_end, &fd);
    for (int round = 0; round < 30; round++) {
        pause(1);
        write_at(fd, 0, PGSIZE, round);
        long before = counter_value("mapping_cut");
        expect(ftruncate(fd, 0) == 0, "ftruncate");
        expect(counter_value("mapping_cut") - before <= MAPPERS, "each process is looked at once");
    }
    for (int i = 0; i < MAPPERS; i++)
        expect_killed(pid[i]);
    discard(fd, "f");
}

// --- A file is cut in the middle of a fork ---

#define BALLAST (32 * 1024L) // pages that make a fork take long

static int *cuts; // shared: how many cuts are over; what was written before cut n is n

// What was in the file before a cut that is over is seen no more. A touch is refused while the file
// is empty, so it is done by a system call.
static void look_for_old_page(const int *p, int pipe_ends[2])
{
    for (int i = 0; i < 20; i++) {
        int over = __atomic_load_n(cuts, __ATOMIC_SEQ_CST), seen = 0;
        if (write(pipe_ends[1], p, sizeof(*p)) == sizeof(*p))
            read(pipe_ends[0], &seen, sizeof(seen));
        expect(seen == 0 || seen > over, "a child of fork sees what cut %d of %d has taken away",
               seen, over);
    }
}

static void fork_with_mapping(void *arg)
{
    int fd = *(int *)arg, null = open("/null", O_WRONLY), ends[2];
    char *ballast = sys_sbrk(BALLAST * PGSIZE, SBRK_LAZY);
    const int *p = (int *)map_file(fd, 0, PGSIZE, RW, MAP_PRIVATE);
    must_pipe(ends);
    write(null, ballast, BALLAST * PGSIZE);
    for (;;) {
        write(null, p, sizeof(*p)); // the page is mapped, if there is one
        int pid = must_fork();
        if (pid == 0) {
            look_for_old_page(p, ends);
            exit(0);
        }
        expect_status(pid, 0);
    }
}

void map_cut_while_forked(void)
{
    int fd = new_file("f"), status;
    cuts = (int *)map_pages(1, MAP_SHARED);
    int pid = start_child(fork_with_mapping, &fd);
    for (int n = 1; n <= 100; n++) {
        expect(ftruncate(fd, PGSIZE) == 0 && lseek(fd, 0, SEEK_SET) == 0, "ftruncate");
        expect(write(fd, &n, sizeof(n)) == sizeof(n), "write");
        for (int i = 0; i < n % 10 * 200; i++)
            getpid();
        expect(ftruncate(fd, 0) == 0, "ftruncate");
        __atomic_store_n(cuts, n, __ATOMIC_SEQ_CST);
    }
    expect(waitpid(pid, &status, WNOHANG) == 0, "no child has seen an old page");
    expect_killed(pid);
    unmap(cuts, PGSIZE);
    discard(fd, "f");
}
