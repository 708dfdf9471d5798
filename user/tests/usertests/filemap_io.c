// read() and write() of a file that is mapped: one truth, whichever way it is changed and seen.
#include "user/tests/usertests/filemap.h"

#include "user/tests/usertests/procs_help.h"

#define PAGES 6

// Half of the pages were touched before.
void map_sees_write(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", PAGES * PGSIZE, 1);
        char *p = map_file(fd, 0, PAGES * PGSIZE, PROT_READ, flags);
        for (int mark = 2; mark < 8; mark++) {
            if (mark > 2)
                expect(is_filled(p, 0, PAGES / 2 * PGSIZE, mark - 1), "what was written before");
            write_at(fd, 0, PAGES * PGSIZE, mark);
            expect(is_filled(p, 0, PAGES / 2 * PGSIZE, mark), "what was written, in round %d",
                   mark);
        }
        expect(is_filled(p, 0, PAGES * PGSIZE, 7), "in pages that are touched now, too");
        unmap(p, PAGES * PGSIZE);
        discard(fd, "f");
    }
}

void read_sees_store(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_SHARED);
    for (int mark = 2; mark < 8; mark++) {
        uint64 at = mark * 700, n = 3 * PGSIZE;
        fill(p + at, at, n, mark);
        expect_filled(fd, at, n, mark);
        write_at(fd, at + 10, 10, mark + 100);
        expect(is_filled(p + at, at, 10, mark) && is_filled(p + at + 10, at + 10, 10, mark + 100),
               "both are there");
        if (mark % 2)
            fsync(fd); // the page is to be seen as changed by the next store
    }
    unmap(p, PAGES * PGSIZE);
    expect_filled(fd, 7 * 700 + 20, 3 * PGSIZE - 20, 7);
    discard(fd, "f");
}

// Page from of the file into page to of its mapping.
static void read_page(int fd, char *p, int from, int to)
{
    expect(lseek(fd, from * PGSIZE, SEEK_SET) == from * PGSIZE, "lseek");
    expect(read(fd, p + to * PGSIZE, PGSIZE) == PGSIZE, "read() of page %d into page %d", from, to);
    expect(is_filled(p + to * PGSIZE, from * PGSIZE, PGSIZE, 1), "page %d is a copy of page %d", to,
           from);
}

void read_into_own_mapping(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_SHARED);
    read_page(fd, p, 0, 1); // into an absent page
    expect(p[2 * PGSIZE] != 0, "page 2 is touched");
    read_page(fd, p, 0, 2); // into one that was read
    p[3 * PGSIZE] = 0;
    read_page(fd, p, 0, 3); // into one that was stored into
    fsync(fd);
    p[4 * PGSIZE] = 0;
    fsync(fd);
    read_page(fd, p, 0, 4); // and was written since
    for (int i = 0; i < 5; i++) {
        expect(lseek(fd, i * PGSIZE, SEEK_SET) == i * PGSIZE && read(fd, chunk, PGSIZE) == PGSIZE,
               "read page %d", i);
        expect(is_filled(chunk, 0, PGSIZE, 1), "page %d of the file is a copy of page 0", i);
    }
    lseek(fd, 0, SEEK_SET);
    expect(read(fd, p + PGSIZE + 7, 3 * PGSIZE) == 3 * PGSIZE,
           "read() across pages, unaligned, into what it reads");
    unmap(p, PAGES * PGSIZE);
    expect_filled(fd, 5 * PGSIZE, PGSIZE, 1);
    discard(fd, "f");
}

void write_from_own_mapping(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, 2 * PAGES * PGSIZE, RW, MAP_SHARED);
    lseek(fd, PGSIZE, SEEK_SET);
    expect(write(fd, p, PGSIZE) == PGSIZE, "write() from an absent page");
    expect(is_filled(p + PGSIZE, 0, PGSIZE, 1), "is seen");
    fill(p + 3 * PGSIZE, 0, PGSIZE, 3);
    lseek(fd, 2 * PGSIZE, SEEK_SET);
    expect(write(fd, p + 3 * PGSIZE, PGSIZE) == PGSIZE, "write() from one that was stored into");
    expect(is_filled(p + 2 * PGSIZE, 0, PGSIZE, 3), "is seen");
    lseek(fd, PAGES * PGSIZE, SEEK_SET);
    expect(write(fd, p, PAGES * PGSIZE) == PAGES * PGSIZE,
           "write() of all of the file behind its end");
    expect(memcmp(p, p + PAGES * PGSIZE, PAGES * PGSIZE) == 0 && is_filled(p, 0, PGSIZE, 1),
           "is seen");
    expect(size_of(fd) == 2 * PAGES * PGSIZE, "and makes it grow");
    unmap(p, 2 * PAGES * PGSIZE);
    discard(fd, "f");
}

// The page that is read is the page that is written.
void copies_within_a_page(void)
{
    for (int touched = 0; touched < 3; touched++) {
        int fd = filled_file("f", 2 * PGSIZE, 1);
        char *p = map_file(fd, 0, 2 * PGSIZE, RW, MAP_SHARED);
        if (touched == 1)
            expect(p[0] != 0, "the page is read");
        if (touched == 2)
            p[0] = p[0];
        lseek(fd, 0, SEEK_SET);
        expect(read(fd, p + 2000, 1000) == 1000 && is_filled(p + 2000, 0, 1000, 1),
               "read() within a page");
        lseek(fd, 1000, SEEK_SET);
        expect(write(fd, p + 3000, 1000) == 1000, "write() within a page");
        expect(is_filled(p, 0, 1000, 1) && is_filled(p + 1000, 3000, 1000, 1), "the right bytes");
        expect(is_filled(p + 2000, 0, 1000, 1) && is_filled(p + 3000, 3000, 1096 + PGSIZE, 1),
               "and beside them");
        lseek(fd, 0, SEEK_SET);
        expect(read(fd, p, 2 * PGSIZE) == 2 * PGSIZE, "read() of all into itself");
        expect(write(fd, p, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0, "nothing");
        expect(write(fd, p, 2 * PGSIZE) == 2 * PGSIZE, "write() of all from itself");
        expect(is_filled(p, 0, 1000, 1) && is_filled(p + 3000, 3000, 1096 + PGSIZE, 1),
               "change nothing");
        unmap(p, 2 * PGSIZE);
        discard(fd, "f");
    }
}

// Pages 0 and 1 are absent, 2 and 3 were read, 4 and 5 were copied.
static void exchange(int fd, char *p)
{
    for (int i = 0; i < PAGES; i += 2) {
        lseek(fd, 0, SEEK_SET);
        expect(read(fd, p + i * PGSIZE + 5, PGSIZE) == PGSIZE, "read() into private page %d", i);
        expect(is_filled(p + i * PGSIZE + 5, 0, PGSIZE, 1), "the file's bytes");
    }
    expect_filled(fd, 0, PAGES * PGSIZE, 1);
    lseek(fd, PAGES * PGSIZE, SEEK_SET);
    expect(write(fd, p, PAGES * PGSIZE) == PAGES * PGSIZE, "write() from private pages");
    expect(lseek(fd, PAGES * PGSIZE, SEEK_SET) > 0 &&
               read_all(fd, chunk, PAGES * PGSIZE) == PAGES * PGSIZE,
           "read()");
    expect(memcmp(chunk, p, PAGES * PGSIZE) == 0 && is_filled(chunk + 5, 0, PGSIZE, 1),
           "their bytes");
}

void copies_with_private_pages(void)
{
    for (int forked = 0; forked < 2; forked++) {
        int fd = filled_file("f", PAGES * PGSIZE, 1);
        char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_PRIVATE);
        expect(is_filled(p + 2 * PGSIZE, 2 * PGSIZE, 2 * PGSIZE, 1), "two pages are read");
        memset(p + 4 * PGSIZE, 'x', 2 * PGSIZE);
        if (forked && must_fork() == 0) {
            exchange(fd, p);
            exit(0);
        }
        if (forked)
            expect_children(1);
        expect(p[4 * PGSIZE] == 'x' && p[2 * PGSIZE + 5] != 'x', "a child's copies are its own");
        exchange(fd, p);
        unmap(p, PAGES * PGSIZE);
        discard(fd, "f");
    }
}

void map_hole(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = new_file("f"), far = NDIRECT + NINDIRECT + 5;
        expect(ftruncate(fd, (far + 5) * PGSIZE) == 0, "ftruncate");
        char *p = map_file(fd, far * PGSIZE, 5 * PGSIZE, RW, flags),
             *q = map_file(fd, 0, 5 * PGSIZE, RW, flags);
        expect(is_zero(p, 2 * PGSIZE) && is_zero(q, 5 * PGSIZE), "holes are zero");
        fill(p + PGSIZE, 0, 2 * PGSIZE, 1); // a page that was read, one that was not
        write_at(fd, (far + 3) * PGSIZE, 100, 2);
        expect(is_filled(p + 3 * PGSIZE, (far + 3) * PGSIZE, 100, 2),
               "write() into a hole is seen");
        expect(is_filled(p + PGSIZE, 0, 2 * PGSIZE, 1) && is_zero(p, PGSIZE),
               "so is what was stored");
        unmap(p, 5 * PGSIZE);
        unmap(q, 5 * PGSIZE);
        lseek(fd, (far + 1) * PGSIZE, SEEK_SET);
        expect(read(fd, chunk, 2 * PGSIZE) == 2 * PGSIZE, "read()");
        expect(flags == MAP_SHARED ? is_filled(chunk, 0, 2 * PGSIZE, 1)
                                   : is_zero(chunk, 2 * PGSIZE),
               "the right bytes");
        expect_zeroes(fd, far * PGSIZE, PGSIZE);
        expect_zeroes(fd, 0, 5 * PGSIZE);
        discard(fd, "f");
    }
}

// A page that was committed is seen as changed when it is stored into again.
void map_sync(void)
{
    int fd = filled_file("f", 3 * PGSIZE, 1);
    char *p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
    for (int i = 0; i < 12; i++) {
        fill(p + 100 * i, 100 * i, PGSIZE, 10 + i);
        expect(i % 4 != 0 || msync(p, 3 * PGSIZE, MS_SYNC) == 0, "msync");
        expect(i % 4 != 1 || fsync(fd) == 0, "fsync");
        expect(i % 4 != 2 || sync() == 0, "sync");
        expect(i % 4 != 3 || msync(p, PGSIZE, MS_ASYNC) == 0, "msync, later");
        expect_filled(fd, 100 * i, PGSIZE, 10 + i);
        expect(is_filled(p + 100 * i, 100 * i, PGSIZE, 10 + i), "the mapping has it, too");
    }
    unmap(p, 3 * PGSIZE);
    discard(fd, "f");
}

void map_outlives_cache(void)
{
    int fd = filled_file("f", 3 * PGSIZE, 1);
    char *p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
    for (int mark = 2; mark < 5; mark++) {
        fill(p, 0, 3 * PGSIZE, mark);
        if (mark == 3)
            unmap(p, 3 * PGSIZE);
        empty_cache();
        expect_filled(fd, 0, 3 * PGSIZE, mark);
        if (mark == 3)
            p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
        expect(is_filled(p, 0, 3 * PGSIZE, mark), "the mapping has the bytes of round %d", mark);
        fsync(fd); // the next round stores into pages that were committed
    }
    unmap(p, 3 * PGSIZE);
    discard(fd, "f");
}
