// Big files: indirect and doubly indirect blocks, holes, the largest file there can be (4 GiB, most
// of it a hole), and transfers larger than a transaction.
#include "user/tests/usertests/files_data.h"

static const uint64 most = (uint64)MAXFILE * BSIZE; // bytes

// The first blocks of each kind, and the last of the one before.
static const uint64 edges[] = {NDIRECT, NDIRECT + NINDIRECT, NDIRECT + 2 * NINDIRECT,
                               NDIRECT + 3 * NINDIRECT};
#define NEDGES (sizeof(edges) / sizeof(edges[0]))

// Without holes into the doubly indirect blocks; then a block every so often, up to the last.
static void writebig(void)
{
    const uint64 dense = NDIRECT + NINDIRECT + 60, apart = MAXFILE / 9;
    int fd = new_file("f");
    uint64 before = free_blocks();
    write_at(fd, 0, dense * BSIZE, 1);
    expect(size_of(fd) == dense * BSIZE && before - free_blocks() == blocks_of_file(dense),
           "the dense part");
    for (uint64 at = apart; at < MAXFILE; at += apart)
        write_at(fd, at * BSIZE, BSIZE, 2);
    write_at(fd, most - BSIZE, BSIZE, 3);
    expect(size_of(fd) == most, "the largest size");
    close(fd);
    fd = open("f", O_RDWR);
    expect_filled(fd, 0, dense * BSIZE, 1);
    for (uint64 at = apart; at < MAXFILE; at += apart) {
        expect_filled(fd, at * BSIZE, BSIZE, 2);
        expect_zeroes(fd, (at + 1) * BSIZE, 100);
    }
    expect_filled(fd, most - BSIZE, BSIZE, 3);
    expect(read(fd, chunk, 1) == 0, "its end");
    discard(fd, "f");
    expect(free_blocks() == before, "all blocks come back");
}

static void across_edges(void)
{
    int fd = new_file("f");
    for (uint i = 0; i < NEDGES; i++) {
        uint64 at = edges[i] * BSIZE - 5000;
        write_at(fd, at, 10000, i);
        expect(size_of(fd) == at + 10000, "size behind edge %u", i);
    }
    for (uint i = 0; i < NEDGES; i++) {
        expect_filled(fd, edges[i] * BSIZE - 5000, 10000, i);
        expect_zeroes(fd, edges[i] * BSIZE - 2 * BSIZE, 2 * BSIZE - 5000);
        if (i + 1 < NEDGES)
            expect_zeroes(fd, edges[i] * BSIZE + 5000, 1000);
    }
    discard(fd, "f");
}

static void appended_across_edges(void)
{
    int fd = new_file("f"), end = open("f", O_WRONLY | O_APPEND);
    for (uint i = 0; i < NEDGES; i++) {
        uint64 at = edges[i] * BSIZE - 10;
        expect(ftruncate(fd, at) == 0, "ftruncate");
        for (int j = 0; j < 3; j++) {
            fill(chunk, at + j * 7, 7, 1);
            expect(write(end, chunk, 7) == 7, "append");
        }
        expect(size_of(fd) == at + 21 && lseek(end, 0, SEEK_CUR) == (off_t)at + 21,
               "size and offset");
        expect_filled(fd, at, 21, 1);
    }
    close(end);
    discard(fd, "f");
}

static void holes_take_no_blocks(void)
{
    int fd = new_file("f");
    uint64 before = free_blocks();
    expect(ftruncate(fd, most) == 0 && size_of(fd) == most && free_blocks() == before,
           "4 GiB of nothing");
    expect_zeroes(fd, 0, 100);
    expect_zeroes(fd, most - 100, 100);
    write_at(fd, (NDIRECT - 2) * BSIZE, 1, 1);
    expect(before - free_blocks() == 1, "a direct block");
    write_at(fd, (NDIRECT + 5) * BSIZE, 1, 1);
    expect(before - free_blocks() == 3, "an indirect one and what leads to it");
    write_at(fd, (NDIRECT + NINDIRECT + 5) * BSIZE, 1, 1);
    expect(before - free_blocks() == 6, "a doubly indirect one");
    write_at(fd, (NDIRECT + NINDIRECT + 6) * BSIZE, 1, 1);
    expect(before - free_blocks() == 7, "its neighbour");
    expect_zeroes(fd, (NDIRECT + NINDIRECT + 7) * BSIZE, CHUNK);
    expect(before - free_blocks() == 7, "reading a hole fills none");
    discard(fd, "f");
}

// From the end backwards, so that every block lands in a hole between others.
static void holes_filled_later(void)
{
    enum { BLOCKS = 40 };
    const uint64 base = (NDIRECT - 10) * BSIZE;
    int fd = new_file("f");
    write_at(fd, base + BLOCKS * BSIZE, 1, 1);
    for (int pass = 0; pass < 3; pass++) {
        for (int i = BLOCKS - 1 - pass; i >= 0; i -= 3) {
            expect_zeroes(fd, base + i * BSIZE, BSIZE);
            write_at(fd, base + i * BSIZE, BSIZE, 1);
        }
    }
    expect_filled(fd, base, BLOCKS * BSIZE + 1, 1);
    expect_zeroes(fd, 0, base);
    discard(fd, "f");
}

static void part_of_a_hole(void)
{
    int fd = new_file("f");
    for (uint i = 0; i < NEDGES; i++) {
        uint64 at = edges[i] * BSIZE;
        write_at(fd, at + 1000, 100, 1);
        expect(ftruncate(fd, at + BSIZE) == 0, "ftruncate");
        expect_zeroes(fd, at, 1000);
        expect_filled(fd, at + 1000, 100, 1);
        expect_zeroes(fd, at + 1100, BSIZE - 1100);
    }
    discard(fd, "f");
}

static void hole_reads_zero(void)
{
    int fd = new_file("f");
    expect(lseek(fd, 1000000, SEEK_SET) == 1000000 && write(fd, "end", 3) == 3, "write at 1000000");
    expect(size_of(fd) == 1000003, "size");
    expect_zeroes(fd, 0, 1000000);
    lseek(fd, 999990, SEEK_SET);
    expect(read(fd, chunk, 100) == 13 && is_zero(chunk, 10) && memcmp(chunk + 10, "end", 3) == 0,
           "its edge");
    discard(fd, "f");
}

static void size_limit(void)
{
    int fd = new_file("f");
    expect(lseek(fd, most, SEEK_SET) == (off_t)most && FAILS(write(fd, "x", 1), EFBIG),
           "behind the last byte");
    expect(size_of(fd) == 0 && read(fd, chunk, 1) == 0, "nothing has changed");
    lseek(fd, -5000, SEEK_CUR);
    fill(chunk, most - 5000, 5000, 1);
    expect(write(fd, chunk, CHUNK) == 5000, "a write across the limit falls short");
    expect(size_of(fd) == most && lseek(fd, 0, SEEK_CUR) == (off_t)most, "it reaches the limit");
    expect(FAILS(write(fd, "x", 1), EFBIG) && write(fd, "x", 0) == 0, "and no further");
    int end = open("f", O_WRONLY | O_APPEND);
    expect(FAILS(write(end, "x", 1), EFBIG), "nor by appending");
    expect_filled(fd, most - 5000, 5000, 1);
    close(end);
    discard(fd, "f");
}

// Unaligned, in one call: many transactions to write, many runs of blocks to read.
static void large_transfer(void)
{
    enum { SIZE = 1000000 };
    static char data[SIZE];
    int fd = new_file("f");
    fill(data, 0, SIZE, 1);
    expect(lseek(fd, 77, SEEK_SET) == 77 && write(fd, data, SIZE) == SIZE, "write");
    expect(size_of(fd) == SIZE + 77 && lseek(fd, 0, SEEK_CUR) == SIZE + 77, "size and offset");
    memset(data, 0, SIZE);
    expect(lseek(fd, 77, SEEK_SET) == 77 && read(fd, data, SIZE) == SIZE, "read");
    expect(is_filled(data, 0, SIZE, 1), "the bytes");
    expect(read(fd, data, SIZE) == 0, "the end");
    lseek(fd, SIZE / 2, SEEK_SET);
    expect(read(fd, data, SIZE) == SIZE + 77 - SIZE / 2, "a read of more than there is");
    expect(is_filled(data, SIZE / 2 - 77, SIZE + 77 - SIZE / 2, 1), "its bytes");
    discard(fd, "f");
}

// As many new blocks of all kinds as one write can need.
static void largest_transaction(void)
{
    const uint64 at = edges[1] * BSIZE - CHUNK / 2 + 100;
    for (int i = 0; i < 20; i++) {
        int fd = new_file("f");
        write_at(fd, at, CHUNK, i);
        expect_filled(fd, at, CHUNK, i);
        expect(size_of(fd) == at + CHUNK, "size");
        write_at(fd, edges[0] * BSIZE - CHUNK / 2 + 100, CHUNK, i + 1);
        expect_filled(fd, edges[0] * BSIZE - CHUNK / 2 + 100, CHUNK, i + 1);
        expect_filled(fd, at, CHUNK, i);
        discard(fd, "f");
    }
}

// A removed file keeps its blocks as long as it is open.
static void removed_big_file(void)
{
    uint64 before = free_blocks();
    for (int open_still = 0; open_still <= 1; open_still++) {
        int fd = new_file("f");
        for (uint64 at = 0; at < MAXFILE; at += MAXFILE / 20)
            write_at(fd, at * BSIZE, 2 * BSIZE, 1);
        uint64 with = free_blocks();
        expect(with + 60 <= before, "it takes blocks");
        if (!open_still)
            close(fd);
        remove("f");
        if (open_still) {
            expect(free_blocks() == with, "it has its blocks");
            expect_filled(fd, 0, 2 * BSIZE, 1);
            expect_filled(fd, MAXFILE / 20 * 19 * BSIZE, 2 * BSIZE, 1);
            close(fd);
        }
        expect(free_blocks() == before, "all come back");
    }
}

const struct test big_tests[] = {
    TEST(writebig, ALONE, "xv6",
         "a file of all kinds of blocks up to the last possible one holds what was written"),
    TEST(across_edges, 0, "",
         "writes and reads across the edges to indirect and doubly indirect blocks"),
    TEST(appended_across_edges, 0, "", "small appends across the same edges"),
    TEST(holes_take_no_blocks, ALONE, "",
         "a hole takes no block, a byte in it what it needs and no more"),
    TEST(holes_filled_later, 0, "", "blocks written into holes in any order"),
    TEST(part_of_a_hole, 0, "", "a few bytes written into a hole: zeroes before and behind"),
    TEST(hole_reads_zero, 0, "labs 20", "a gap that lseek left reads as zeroes"),
    TEST(size_limit, 0, "", "writes at the size limit fall short, beyond it fail with EFBIG"),
    TEST(large_transfer, 0, "labs 30", "one read or write of a megabyte, not aligned"),
    TEST(largest_transaction, 0, "labs 30", "a write that needs new blocks of every kind"),
    TEST(removed_big_file, ALONE, "",
         "removing a file of 4 GiB with holes frees all, at the last close"),
    END_OF_TESTS,
};
