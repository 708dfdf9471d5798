// The end of a file that is mapped: what lies behind it, and what happens when it moves.
#include "user/tests/usertests/filemap.h"

#define SIZE (PGSIZE + 1000) // of a file that ends within its second page

void map_last_page(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", SIZE, 1);
        char *p = map_file(fd, 0, 2 * PGSIZE, RW, flags);
        expect(is_filled(p, 0, SIZE, 1) && is_zero(p + SIZE, 2 * PGSIZE - SIZE),
               "the file's bytes, then zeroes");
        fill(p + SIZE - 10, SIZE - 10, 500, 2);
        unmap(p, 2 * PGSIZE);
        expect(size_of(fd) == SIZE, "the file has not grown");
        expect_filled(fd, SIZE - 10, 10, flags == MAP_SHARED ? 2 : 1);
        expect(lseek(fd, SIZE, SEEK_SET) == SIZE && read(fd, chunk, 10) == 0,
               "read() stops at its end");
        discard(fd, "f");
    }
}

void map_beyond_end(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", SIZE, 1), empty = new_file("e");
        char *p = map_file(fd, 0, 5 * PGSIZE, RW, flags),
             *q = map_file(empty, 0, PGSIZE, RW, flags);
        char *r = map_file(fd, 10 * PGSIZE, PGSIZE, RW, flags);
        expect(!load_kills((uint64)p + 2 * PGSIZE - 1), "the last byte of the last page is there");
        for (int i = 2; i < 5; i++)
            expect(load_kills((uint64)p + i * PGSIZE) && store_kills((uint64)p + i * PGSIZE + 8),
                   "page %d is not", i);
        expect(load_kills((uint64)q) && store_kills((uint64)q), "an empty file has no page");
        expect(load_kills((uint64)r) && store_kills((uint64)r),
               "nor is there one far beyond the end");
        unmap(p, 5 * PGSIZE);
        unmap(q, PGSIZE);
        unmap(r, PGSIZE);
        expect(size_of(fd) == SIZE && size_of(empty) == 0, "no file has grown");
        discard(fd, "f");
        discard(empty, "e");
    }
}

void map_beyond_end_calls(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", SIZE, 1), zero = open("/zero", O_RDONLY), to = new_file("g");
        char *p = map_file(fd, 0, 3 * PGSIZE, RW, flags), *gone = p + 2 * PGSIZE;
        expect(FAILS(read(zero, gone, 10), EFAULT), "read() into a page beyond the end");
        expect(FAILS(write(to, gone, 10), EFAULT), "write() from one");
        lseek(fd, 0, SEEK_SET);
        expect(FAILS(read(fd, gone, 10), EFAULT), "read() of the same file into it");
        expect(FAILS(write(fd, gone, 10), EFAULT), "write() to the same file");
        expect(FAILS(fstat(fd, (struct stat *)gone), EFAULT), "fstat into it");
        expect(open(gone, O_RDONLY) == -1 && errno == EFAULT, "a path there");
        expect(read(zero, gone - 100, 100) == 100, "but up to its edge all works");
        expect(size_of(fd) == SIZE && size_of(to) == 0, "no file has grown");
        unmap(p, 3 * PGSIZE);
        close(zero);
        discard(to, "g");
        discard(fd, "f");
    }
}

void map_of_growing_file(void)
{
    int fd = filled_file("f", 100, 1);
    char *p = map_file(fd, 0, 6 * PGSIZE, RW, MAP_SHARED);
    for (int i = 0; i < 6; i++) {
        expect(is_filled(p, 0, i * PGSIZE + 100, 1), "all bytes of %d pages", i);
        expect(i == 5 || load_kills((uint64)p + (i + 1) * PGSIZE), "page %d is not there yet",
               i + 1);
        write_at(fd, i * PGSIZE + 100, PGSIZE, 1);
    }
    fill(p + PGSIZE, PGSIZE, 4 * PGSIZE, 2);
    expect_filled(fd, PGSIZE, 4 * PGSIZE, 2);
    expect(ftruncate(fd, 50 * PGSIZE) == 0 && is_filled(p + 5 * PGSIZE, 5 * PGSIZE, PGSIZE, 1),
           "ftruncate changes none");
    unmap(p, 6 * PGSIZE);
    discard(fd, "f");
}

// Bytes that were stored behind the end of the file do not turn up in it, whichever way it grows.
void map_stale_tail(void)
{
    for (int way = 0; way < 3; way++) {
        int fd = filled_file("f", 1000, 1);
        char *p = map_file(fd, 0, PGSIZE, RW, MAP_SHARED);
        memset(p + 1000, 'x', PGSIZE - 1000);
        if (way == 2)
            unmap(p, PGSIZE);
        if (way == 1)
            write_at(fd, 3000, 100, 1);
        else
            expect(ftruncate(fd, 3100) == 0, "ftruncate");
        expect_filled(fd, 0, 1000, 1);
        expect_zeroes(fd, 1000, 2000);
        if (way != 2)
            expect(is_zero(p + 1000, 2000), "nor in the mapping");
        if (way != 2)
            unmap(p, PGSIZE);
        discard(fd, "f");
    }
}

void map_truncated(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", 6 * PGSIZE, 1);
        char *p = map_file(fd, 0, 6 * PGSIZE, PROT_READ, flags);
        expect(is_filled(p, 0, 6 * PGSIZE, 1), "all six pages");
        expect(ftruncate(fd, 2 * PGSIZE) == 0, "ftruncate to two");
        for (int i = 2; i < 6; i++)
            expect(load_kills((uint64)p + i * PGSIZE), "page %d is gone", i);
        expect(is_filled(p, 0, 2 * PGSIZE, 1), "two are there");
        expect(ftruncate(fd, 4 * PGSIZE) == 0, "ftruncate to four");
        expect(is_zero(p + 2 * PGSIZE, 2 * PGSIZE), "the new pages are zero");
        expect(load_kills((uint64)p + 4 * PGSIZE), "and two");
        write_at(fd, 2 * PGSIZE, 4 * PGSIZE, 2);
        if (flags == MAP_PRIVATE) // may keep the zeroes that it has seen
            expect(is_filled(p + 4 * PGSIZE, 4 * PGSIZE, 2 * PGSIZE, 2),
                   "new bytes in pages that are new");
        else
            expect(is_filled(p + 2 * PGSIZE, 2 * PGSIZE, 4 * PGSIZE, 2),
                   "new bytes in the old mapping");
        unmap(p, 6 * PGSIZE);
        discard(fd, "f");
    }
}

void map_truncated_in_page(void)
{
    int fd = filled_file("f", 2 * PGSIZE, 1);
    char *p = map_file(fd, 0, 2 * PGSIZE, RW, MAP_SHARED);
    fill(p, 0, 2 * PGSIZE, 2);
    for (long size = PGSIZE + 900; size > 0; size -= 700) {
        expect(ftruncate(fd, size) == 0, "ftruncate to %ld", size);
        expect(is_filled(p, 0, size, 2), "the bytes that are left of %ld", size);
        expect(is_zero(p + size, PGROUNDUP(size) - size), "and zeroes");
        memset(p + size, 'x', PGROUNDUP(size) - size);
    }
    expect(load_kills((uint64)p + PGSIZE), "the second page is gone");
    uint64 size = size_of(fd);
    expect(ftruncate(fd, 2 * PGSIZE) == 0, "ftruncate to two pages again");
    expect_filled(fd, 0, size, 2);
    expect_zeroes(fd, size, 2 * PGSIZE - size);
    unmap(p, 2 * PGSIZE);
    discard(fd, "f");
}

void map_emptied_by_open(void)
{
    int fd = filled_file("f", 3 * PGSIZE, 1);
    char *p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
    fill(p, 0, 3 * PGSIZE, 2);
    close(open("f", O_RDWR | O_TRUNC));
    for (int i = 0; i < 3; i++)
        expect(load_kills((uint64)p + i * PGSIZE), "page %d is gone", i);
    write_at(fd, 0, 2 * PGSIZE, 3);
    expect(is_filled(p, 0, 2 * PGSIZE, 3), "and is new");
    unmap(p, 3 * PGSIZE);
    discard(fd, "f");
}

// Reads and stores until it is told to stop, or is killed since there is no such page.
static void touch_pages(char *p, long stop)
{
    volatile long *word = (long *)p;
    while (word[0] != stop)
        for (int i = 1; i < 8; i++) {
            long seen = word[i * PGSIZE / sizeof(long)];
            expect(seen == 0 || seen == 5, "zero or what was stored, not %ld", seen);
            word[i * PGSIZE / sizeof(long)] = 5;
        }
}

void map_truncated_by_other(void)
{
    int fd = new_file("f");
    expect(ftruncate(fd, 8 * PGSIZE) == 0, "ftruncate");
    char *p = map_file(fd, 0, 8 * PGSIZE, RW, MAP_SHARED);
    for (int round = 0; round < 20; round++) {
        int status, pid = must_fork();
        if (pid == 0) {
            touch_pages(p, round + 1);
            exit(0);
        }
        for (int i = 0; i < 10; i++) {
            expect(ftruncate(fd, 2 * PGSIZE) == 0 && ftruncate(fd, 8 * PGSIZE) == 0,
                   "ftruncate, twice");
            expect(p[7 * PGSIZE] == 0 || p[7 * PGSIZE] == 5, "zero or what was stored");
        }
        *word(p, 0) = round + 1;
        expect(waitpid(pid, &status, 0) == pid && (status == 0 || status == -1),
               "the other ends with %d", status);
    }
    unmap(p, 8 * PGSIZE);
    discard(fd, "f");
}
