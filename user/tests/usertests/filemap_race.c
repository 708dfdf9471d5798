// What happens to a mapping while others change it. read() and write() between a file and its own
// mapping, which another thread unmaps: the bytes that a call counts have arrived, and it is refused
// only where there is no page.
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
        expect(is_filled(now, to, AREA, UNTOUCHED), "read() into private pages leaves the file alone");
    else if (n > 0)
        expect(is_filled(now, from, n, round % SOURCES), "all of the %d bytes that read() counts", n);
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
    expect(is_filled(now, from, done, round % SOURCES), "all of the %d bytes that write() counts", done);
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
    expect(mmap(p, n * PGSIZE, RW, mapping_flags | MAP_FIXED, fd, first * PGSIZE) == p, "mmap of %d pages", n);
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
