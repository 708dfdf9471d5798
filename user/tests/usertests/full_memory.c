// Files while memory is short. The block cache takes the memory that nobody else uses. When others
// need it, the cache must give it back, but keep blocks that are not on the disk yet, and read the
// others again later.
#include "user/tests/usertests/full.h"

#include "user/tests/usertests/files_data.h"

#define STEP (1 << 20)

static uint64 free_memory(void)
{
    struct sysinfo info;
    expect(sysinfo(&info) == 0, "sysinfo");
    return info.freemem;
}

// Takes all memory but about so many bytes (0: all that can be had), and uses it. How much it took.
static uint64 take_memory(uint64 left)
{
    uint64 taken = 0;
    for (int step = STEP; step >= PGSIZE;) {
        char *p = free_memory() >= left + step ? sbrk(step) : SBRK_ERROR;
        for (int i = 0; p != SBRK_ERROR && i < step; i += PGSIZE)
            p[i] = 1;
        if (p == SBRK_ERROR)
            step /= 16;
        else
            taken += step;
    }
    return taken;
}

static void give_memory(uint64 taken) { expect(sbrk(-(int)taken) != SBRK_ERROR, "sbrk back"); }

// The cache has some frames of its own, in use or promised to it. So that the count of promised
// frames is not mistaken for a leak: gives it what it needs to have them in use again.
static void fill_cache(void)
{
    int n, total = 0, fd = open("/usertests", O_RDONLY);
    while ((n = read(fd, chunk, CHUNK)) > 0)
        total += n;
    expect(total > NBUF * BSIZE, "this program is large enough");
    close(fd);
}

// So that no page of this process is missing when there is no memory for it.
static void touch_own_memory(void)
{
    int fd = filled_file("warm", CHUNK, 1);
    expect_filled(fd, 0, CHUNK, 1);
    expect_zeroes(fd, 0, 0);
    discard(fd, "warm");
}

void cache_under_pressure(void)
{
    enum { SIZE = 12 << 20 };
    int fd = new_file("f");
    touch_own_memory();
    take_memory(4 << 20);
    long evicted = counter_value("page_evicted");
    write_at(fd, 0, SIZE, 1);
    for (int i = 0; i < 2; i++)
        expect_filled(fd, 0, SIZE, 1);
    for (int at = SIZE - CHUNK; at >= 0; at -= CHUNK + BSIZE)
        expect_filled(fd, at, BSIZE + 1, 1);
    expect(counter_value("page_evicted") - evicted > SIZE / BSIZE,
           "the cache has not kept all that");
    discard(fd, "f");
    fill_cache();
}

// Writes a piece in a process without memory: it may fail, but must tell the truth.
static int write_or_not(int fd, uint64 at, int n)
{
    fill(chunk, at, n, 1);
    int r = lseek(fd, at, SEEK_SET) < 0 ? -1 : write(fd, chunk, n);
    expect(r == n || (r > 0 && r < n) || FAILS(r, ENOMEM), "write gives %d", r);
    return r > 0 ? r : 0;
}

static void read_or_not(int fd, uint64 at, int n)
{
    int r = lseek(fd, at, SEEK_SET) < 0 ? -1 : read(fd, chunk, n);
    expect((r > 0 && is_filled(chunk, at, r, 1)) || FAILS(r, ENOMEM), "read gives %d", r);
}

void files_without_memory(void)
{
    enum { BEFORE = 2 << 20 };
    uint64 size = BEFORE;
    int fd = filled_file("f", BEFORE, 1);
    touch_own_memory();
    uint64 taken = take_memory(0);
    expect(free_memory() < 4 * PGSIZE, "nothing is left");
    for (int i = 0; i < 60; i++) {
        size += write_or_not(fd, size, i % 2 ? CHUNK : 100);
        read_or_not(fd, (uint64)i * 12345 % (BEFORE - CHUNK), i % 3 ? CHUNK : 100);
        expect(size_of(fd) == size, "the size is what was written");
        int other = open("g", O_CREATE | O_RDWR);
        expect(other >= 0 || errno == ENOMEM, "open");
        close(other);
    }
    give_memory(taken);
    expect_filled(fd, 0, size, 1);
    write_at(fd, size, CHUNK, 1);
    discard(fd, "f");
    unlink("g");
    fill_cache();
}

// A file is read, so that the cache holds it: as much can be promised to sbrk as before. Then it is
// taken, and the file still reads right.
void cache_gives_way(void)
{
    enum { SIZE = 8 << 20 };
    int fd = filled_file("f", SIZE, 1);
    expect(fsync(fd) == 0, "fsync");
    touch_own_memory();
    uint64 taken = take_memory(1 << 20);
    give_memory(taken);
    uint64 before = free_memory();
    expect_filled(fd, 0, SIZE, 1);
    uint64 after = free_memory();
    expect(after + 16 * PGSIZE >= before, "reading a file costs no memory: %lu, then %lu", before,
           after);
    struct sysinfo info;
    sysinfo(&info);
    expect(info.freepages * PGSIZE + SIZE / 2 < after, "the cache has the file");
    uint64 again = take_memory(1 << 20);
    expect(again + STEP >= taken, "as much can be taken: %lu, then %lu", taken, again);
    give_memory(again);
    expect_filled(fd, 0, SIZE, 1);
    discard(fd, "f");
    fill_cache();
}

static void run_true(void *)
{
    char *argv[] = {"true", "with", "arguments", 0};
    exec("/true", argv);
    exit(1);
}

// The cache holds all the frames that are left, each of them alone.
void exec_beside_full_cache(void)
{
    enum { SIZE = 12 << 20 };
    int fd = filled_file("f", SIZE, 1);
    expect(fsync(fd) == 0, "fsync");
    touch_own_memory();
    uint64 taken = take_memory(6 << 20);
    for (int i = 0; i < 5; i++) {
        expect_filled(fd, 0, SIZE, 1);
        expect(status_of(run_true, 0) == 0, "a program runs, time %d", i);
    }
    give_memory(taken);
    discard(fd, "f");
    fill_cache();
}

// Nothing waits for the disk in between.
void free_memory_is_exact(void)
{
    touch_own_memory();
    for (int i = 0; i < 5; i++) {
        uint64 before = free_memory();
        int fd = new_file("f");
        write_at(fd, 0, 8 << 20, i);
        discard(fd, "f");
        uint64 after = free_memory();
        expect(after == before, "time %d: %lu bytes, then %lu", i, before, after);
    }
}

// All that free memory counts, though the journal has some of it just now, is promised; or found by
// touches.
static void take_changed(int how)
{
    int fd = new_file("f");
    touch_own_memory();
    write_at(fd, 0, 2 << 20, 1);
    uint64 pages = free_memory() / PGSIZE, tables = pages / 512 + 2,
           n = (pages - tables - 8) * PGSIZE;
    char *p = sys_sbrk(n, how);
    expect(p != SBRK_ERROR, "sbrk of nearly all that is free");
    for (uint64 i = 0; i < n; i += PGSIZE)
        p[i] = 1;
    sys_sbrk(-(long)n, how);
    expect_filled(fd, 0, 2 << 20, 1);
    discard(fd, "f");
}

void sbrk_waits_for_commit(void)
{
    take_changed(SBRK_EAGER);
    take_changed(SBRK_LAZY);
    fill_cache();
}

// Has the cache forget all it holds: a write that finds no memory has the journal bring its blocks
// home; then memory can be taken from what the cache holds of them, too; and the frames that are
// the cache's own serve for another file.
static void evict_all(void)
{
    touch_own_memory();
    int fd = new_file("small");
    uint64 taken = take_memory(0);
    for (int i = 0; i < 3; i++) {
        write(fd, chunk, 100); // so few that they need no buffer
        taken += take_memory(0);
    }
    fill_cache();
    give_memory(taken);
    discard(fd, "small");
}

// In several groups of the journal: overwritten in every other, in the others cut off and written
// anew, mostly into the blocks that have just been freed.
void disk_holds_the_newest(void)
{
    enum { BLOCKS = 100, ROUNDS = 6 };
    int fd = filled_file("f", BLOCKS * BSIZE, 9);
    for (int round = 0; round < ROUNDS; round++) {
        expect(round % 2 == 0 || ftruncate(fd, (uint64)round * BSIZE) == 0, "ftruncate");
        write_at(fd, (uint64)round * BSIZE, (uint64)(BLOCKS - round) * BSIZE - round, round);
        expect(ftruncate(fd, BLOCKS * BSIZE - round) == 0 && fsync(fd) == 0, "ftruncate and fsync");
    }
    evict_all();
    long reads = counter_value("disk_read");
    expect(size_of(fd) == BLOCKS * BSIZE - ROUNDS + 1, "the size");
    for (int i = 0; i < BLOCKS - 1; i++)
        expect_filled(fd, (uint64)i * BSIZE, BSIZE, i < ROUNDS ? i : ROUNDS - 1);
    expect(counter_value("disk_read") - reads >= BLOCKS / 20, "this came from the disk");
    discard(fd, "f");
    fill_cache();
}

void evicted_directories(void)
{
    enum { FILES = 150 };
    char name[20];
    struct stat st;
    expect(mkdir("d") == 0, "mkdir");
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "d/%d", i);
        close(filled_file(name, i, i));
    }
    expect(unlink("d/7") == 0 && link("d/8", "d/7") == 0 && symlink("d/9", "s") == 0, "names");
    evict_all();
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "d/%d", i);
        int fd = open(name, O_RDONLY), which = i == 7 ? 8 : i;
        expect(fd >= 0 && fstat(fd, &st) == 0 && st.size == (uint64)which, "%s has its size", name);
        expect(st.nlink == (i == 7 ? 2 : 1), "%s has its links", name);
        expect_filled(fd, 0, which, which);
        discard(fd, name);
    }
    expect(FAILS(stat("s", &st), ENOENT), "a link that leads nowhere now");
    remove("s");
    remove("d");
    fill_cache();
}
