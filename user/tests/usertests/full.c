// A full disk, a disk without inodes (here), short memory (full_memory.c) and a busy journal
// (full_journal.c). A call for which there is no room fails with the right error, and changes
// nothing. A call that needs no room works. At the end all room is free again.
#include "user/tests/usertests/full.h"

#include "user/tests/usertests/mmap.h"

// Fills the disk with the files fill and rest but for n blocks, at most NDIRECT.
static void fill_disk(int n)
{
    static const char *const names[] = {"fill", "rest"};
    int spare = n ? filled_file("spare", (uint64)n * BSIZE, 1) : -1;
    close(new_file("rest")); // its name needs no block now
    memset(chunk, 'f', CHUNK);
    for (int i = 0; i < 2; i++) {
        int r, fd = open(names[i], O_CREATE | O_WRONLY);
        expect(fd >= 0, "open %s", names[i]);
        while ((r = write(fd, chunk, CHUNK)) > 0)
            ;
        expect(FAILS(r, ENOSPC), "write fails when the disk is full");
        close(fd);
    }
    expect(free_blocks() == 0, "no block is free, not %lu", free_blocks());
    if (n)
        discard(spare, "spare");
    expect(free_blocks() == (uint64)n, "%d blocks are free, not %lu", n, free_blocks());
}

static void empty_disk(void)
{
    remove("fill");
    remove("rest");
}

static void diskfull(void)
{
    uint64 before = free_blocks();
    for (int round = 0; round < 2; round++) {
        fill_disk(0);
        int fd = open("new", O_CREATE | O_RDWR);
        expect(fd >= 0, "a file without bytes can be created where there is room for its name");
        expect(FAILS(write(fd, chunk, 100), ENOSPC) && size_of(fd) == 0, "but not written");
        expect(FAILS(mkdir("dir"), ENOSPC), "a directory cannot");
        discard(fd, "new");
        empty_disk();
        expect(free_blocks() == before, "all blocks come back");
    }
}

static void full_disk_writes(void)
{
    int fd = filled_file("f", 3 * BSIZE, 1), sparse = new_file("s");
    expect(ftruncate(sparse, 30 * BSIZE) == 0, "ftruncate");
    fill_disk(5);
    fill(chunk, 3 * BSIZE, CHUNK, 1);
    lseek(fd, 3 * BSIZE, SEEK_SET);
    expect(write(fd, chunk, CHUNK) == 5 * BSIZE, "a write falls short");
    expect(size_of(fd) == 8 * BSIZE && lseek(fd, 0, SEEK_CUR) == 8 * BSIZE,
           "size and offset say how much");
    expect(FAILS(write(fd, chunk, 1), ENOSPC) && size_of(fd) == 8 * BSIZE, "then it fails");
    expect_filled(fd, 0, 8 * BSIZE, 1);
    write_at(fd, 100, 2 * BSIZE, 2); // overwriting needs no block
    expect_filled(fd, 100, 2 * BSIZE, 2);
    expect(lseek(sparse, BSIZE, SEEK_SET) == BSIZE && FAILS(write(sparse, chunk, 10), ENOSPC),
           "a hole cannot be filled");
    expect_zeroes(sparse, 0, 30 * BSIZE);
    int end = open("f", O_WRONLY | O_APPEND);
    expect(FAILS(write(end, chunk, 10), ENOSPC) && size_of(fd) == 8 * BSIZE, "nothing is appended");
    expect(FAILS(write(end, chunk, 3 * BSIZE), ENOSPC) && size_of(fd) == 8 * BSIZE,
           "nor in several transactions");
    expect(ftruncate(fd, 8 * BSIZE - 10) == 0 && write(end, chunk, 100) == 10,
           "but in a block that there is");
    close(end);
    discard(fd, "f");
    discard(sparse, "s");
    empty_disk();
}

// Holes that are mapped, one block free: the first that is touched gets it, a touch of the next
// kills.
static void full_disk_mapping(void)
{
    int fd = new_file("f");
    expect(ftruncate(fd, 4 * BSIZE) == 0, "ftruncate");
    char *p = map_file(fd, 0, 4 * BSIZE, RW, MAP_SHARED),
         *q = map_file(fd, 0, 4 * BSIZE, RW, MAP_PRIVATE);
    fill_disk(1);
    expect(is_zero(q, 3 * BSIZE), "private pages that are read need no block");
    fill(p, 0, 100, 1);
    expect(free_blocks() == 0, "a store takes the block");
    expect(store_kills((uint64)p + BSIZE), "there is none for the next");
    expect(load_kills((uint64)p + 3 * BSIZE), "nor for one that is read");
    expect(FAILS(read(fd, p + BSIZE, 10), EFAULT), "read() into such a page is refused");
    fill(q + BSIZE, 0, 100, 2);
    expect(is_filled(q + BSIZE, 0, 100, 2), "nor do those that are written");
    empty_disk();
    fill(p + BSIZE, BSIZE, 3 * BSIZE, 1);
    expect_filled(fd, BSIZE, 3 * BSIZE, 1);
    expect_filled(fd, 0, 100, 1);
    unmap(p, 4 * BSIZE);
    unmap(q, 4 * BSIZE);
    discard(fd, "f");
}

// One block free, and a place that needs an indirect one besides.
static void full_disk_indirect(void)
{
    static const uint64 places[] = {NDIRECT, NDIRECT + NINDIRECT};
    int fd = new_file("f");
    fill_disk(1);
    for (uint i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        for (int again = 0; again < 10; again++) {
            expect(lseek(fd, places[i] * BSIZE, SEEK_SET) > 0 &&
                       FAILS(write(fd, chunk, 10), ENOSPC),
                   "write");
            expect(free_blocks() == 1 && size_of(fd) == 0, "it has taken nothing");
        }
    }
    write_at(fd, 0, 10, 1);
    expect(free_blocks() == 0, "a direct block can be had");
    discard(fd, "f");
    empty_disk();
}

// d, a directory of one block without a free entry, holds links d/0, d/1, ... of f.
static void full_directory(void)
{
    char name[20];
    expect(mkdir("d") == 0, "mkdir");
    close(filled_file("f", 10, 1));
    for (uint i = 2; i < BSIZE / sizeof(struct dirent); i++) {
        snprintf(name, sizeof(name), "d/%u", i - 2);
        expect(link("f", name) == 0, "link %s", name);
    }
}

static void remove_full_directory(void)
{
    char name[20];
    for (uint i = 2; i < BSIZE / sizeof(struct dirent); i++) {
        snprintf(name, sizeof(name), "d/%u", i - 2);
        remove(name);
    }
    remove("d");
}

static uint64 links_of(const char *name)
{
    struct stat st;
    expect(stat(name, &st) == 0, "stat %s", name);
    return st.nlink;
}

static void full_disk_names(void)
{
    struct sysinfo before, after;
    full_directory();
    fill_disk(0);
    uint64 links = links_of("f");
    sysinfo(&before);
    for (int i = 0; i < 20; i++) {
        expect(FAILS(open("d/x", O_CREATE | O_RDWR), ENOSPC), "create");
        expect(FAILS(mkdir("d/x"), ENOSPC) && FAILS(mkdir("x"), ENOSPC), "mkdir");
        expect(FAILS(symlink("f", "d/x"), ENOSPC) && FAILS(symlink("f", "x"), ENOSPC), "symlink");
        expect(FAILS(mknod("d/x", 3, 0), ENOSPC) && FAILS(link("f", "d/x"), ENOSPC),
               "mknod and link");
        expect(FAILS(rename("f", "d/x"), ENOSPC), "rename");
    }
    sysinfo(&after);
    expect(after.freeinodes == before.freeinodes && after.inodes == before.inodes,
           "no inode is lost");
    expect(links_of("f") == links && FAILS(open("d/x", O_RDONLY), ENOENT), "nothing has changed");
    expect(FAILS(open("x", O_RDONLY), ENOENT), "nor has it here");
    expect(FAILS(rename("d/1", "d/x"), ENOSPC),
           "a rename in a full directory needs an entry for a moment");
    expect(unlink("d/0") == 0 && rename("f", "d/0") == 0 && links_of("d/0") == links - 1,
           "an entry that is free");
    expect(rename("d/0", "f") == 0 && link("f", "d/0") == 0 && links_of("f") == links,
           "there and back");
    remove("f");
    empty_disk();
    remove_full_directory();
}

// All at once on the last blocks: each block is given to one of them only.
static void full_disk_by_many(void)
{
    enum { FREE = 20, WRITERS = 4 };
    char name[] = "w0";
    int fds[WRITERS];
    for (int i = 0; i < WRITERS; i++, name[1]++)
        fds[i] = new_file(name);
    fill_disk(FREE);
    for (int i = 0; i < WRITERS; i++) {
        if (must_fork() == 0) {
            uint64 at = 0;
            int r;
            for (fill(chunk, 0, BSIZE, i); (r = write(fds[i], chunk, BSIZE)) == BSIZE;
                 fill(chunk, at, BSIZE, i))
                at += BSIZE;
            expect(FAILS(r, ENOSPC), "it ends with ENOSPC");
            exit(0);
        }
    }
    expect_children(WRITERS);
    uint64 total = 0;
    name[1] = '0';
    for (int i = 0; i < WRITERS; i++, name[1]++) {
        total += size_of(fds[i]);
        expect_filled(fds[i], 0, size_of(fds[i]), i);
        discard(fds[i], name);
    }
    expect(total == FREE * BSIZE, "together they have got %d blocks, not %lu bytes", FREE, total);
    empty_disk();
}

static char *numbered(int i)
{
    static char name[16];
    snprintf(name, sizeof(name), "n%d", i);
    return name;
}

static void outofinodes(void)
{
    struct sysinfo info;
    int n, fd;
    for (n = 0; (fd = open(numbered(n), O_CREATE | O_RDWR)) >= 0; n++)
        close(fd);
    expect(errno == ENOSPC && sysinfo(&info) == 0 && info.freeinodes == 0,
           "it ends with ENOSPC, when none is left");
    for (int i = 0; i < 5; i++) {
        expect(FAILS(mkdir("d"), ENOSPC) && FAILS(symlink("n0", "s"), ENOSPC),
               "no directory, no symbolic link");
        expect(FAILS(mknod("d", 3, 0), ENOSPC) && FAILS(open("d", O_CREATE), ENOSPC),
               "no device, no file");
    }
    expect(link("n0", "l") == 0 && rename("n1", "m") == 0 && rename("m", "n1") == 0,
           "names need no inode");
    remove("l");
    remove("n0");
    expect(mkdir("n0") == 0 && FAILS(mkdir("d"), ENOSPC), "one is free, one is given");
    while (n-- > 0)
        remove(numbered(n));
}

const struct test full_tests[] = {
    TEST(manywrites, 0, "xv6,labs 2", "four processes write, sync and remove files at once"),
    TEST(badwrite, ALONE, "xv6,labs 4", "writes that fail into new files lose no blocks"),
    TEST(small_transactions, 0, "", "2000 files created and removed again"),
    TEST(journal_wraps, 0, "", "more is committed than the journal holds, and all is there"),
    TEST(concurrent_fsync, 0, "", "four processes that wait for their writes to be on disk"),
    TEST(sync_under_load, 0, "", "sync returns while others write without a pause"),
    TEST(cache_under_pressure, ALONE, "",
         "files larger than the memory left are read right, again and again"),
    TEST(files_without_memory, ALONE, "",
         "without memory reads and writes do what they say, or fail with ENOMEM"),
    TEST(cache_gives_way, ALONE, "",
         "what the cache holds counts as free memory, and is given to sbrk"),
    TEST(exec_beside_full_cache, ALONE, "",
         "while the cache has all memory that is left, programs are started all the same"),
    TEST(free_memory_is_exact, ALONE, "",
         "free memory is the same to the page, at once, after a file was written and removed"),
    TEST(sbrk_waits_for_commit, ALONE, "",
         "sbrk gets what changed blocks hold, and so does a touch"),
    TEST(disk_holds_the_newest, ALONE, "",
         "what was written several times is on disk as it was written last"),
    TEST(evicted_directories, ALONE, "",
         "directories, links and inodes are read again as they were"),
    TEST(diskfull, SLOW | ALONE, "xv6,labs 9",
         "a full disk: files, but no bytes and no directories; all comes back"),
    TEST(full_disk_writes, ALONE, "labs 9",
         "writes to a full disk fall short, fail, or need no block"),
    TEST(full_disk_indirect, ALONE, "labs 9", "no room for an indirect block: nothing is taken"),
    TEST(full_disk_mapping, ALONE, "labs 9",
         "no room for a page of a mapping: a store kills, and nothing is lost"),
    TEST(full_disk_names, ALONE, "labs 9",
         "no room for a directory to grow: no name and no inode is lost"),
    TEST(full_disk_by_many, ALONE, "labs 9",
         "the last blocks are given to one of many writers each"),
    TEST(outofinodes, SLOW | ALONE, "xv6,labs 9,labs 30",
         "without free inodes nothing is made, and names still work"),
    END_OF_TESTS,
};
