// Files are made shorter and longer, by O_TRUNC and ftruncate: what other processes see that have
// the file open, what lies where bytes were cut off, and which blocks are free again.
#include "user/tests/usertests/files_data.h"

static void truncate1(void)
{
    int old = filled_file("f", 4, 1), reader = open("f", O_RDONLY);
    expect(read(reader, chunk, 10) == 4, "the file as it was");
    int writer = open("f", O_WRONLY | O_TRUNC), fresh = open("f", O_RDONLY);
    expect(size_of(old) == 0 && read(fresh, chunk, 10) == 0 && read(reader, chunk, 10) == 0,
           "it is empty for all");
    fill(chunk, 0, 6, 2);
    expect(write(writer, chunk, 6) == 6, "new bytes");
    expect(read(fresh, chunk, 10) == 6 && is_filled(chunk, 0, 6, 2), "from the beginning");
    expect(read(reader, chunk, 10) == 2 && is_filled(chunk, 4, 2, 2),
           "from an offset kept from before");
    close(fresh);
    close(reader);
    close(writer);
    discard(old, "f");
}

static void truncate2(void)
{
    int fd = filled_file("f", 4, 1), cutter = open("f", O_WRONLY | O_TRUNC);
    expect(FAILS(write(fd, "x", 1), EINVAL), "the offset lies beyond the end: no write");
    expect(size_of(fd) == 0 && lseek(cutter, 0, SEEK_CUR) == 0, "the file stays empty");
    close(cutter);
    discard(fd, "f");
}

// One process cuts and writes, one cuts and writes less, this one reads whatever there is.
static void truncate3(void)
{
    enum { ROUNDS = 100 };
    close(filled_file("f", 10, 1));
    for (int child = 0; child < 2; child++) {
        if (must_fork() == 0) {
            for (int i = 0; i < ROUNDS; i++) {
                int fd = open("f", O_WRONLY | O_TRUNC), n = child ? 10 : 3;
                char bytes[10];
                fill(bytes, 0, n, 1);
                int r = write(fd, bytes, n);
                expect(fd >= 0 && (r == n || FAILS(r, EINVAL)), "write gives %d", r);
                close(fd);
            }
            exit(0);
        }
    }
    for (int i = 0; i < ROUNDS; i++) {
        int fd = open("f", O_RDONLY), n = read(fd, chunk, 32);
        expect(n == 0 || n == 3 || n == 10, "a length that there was, not %d", n);
        expect(is_filled(chunk, 0, n, 1), "its bytes");
        close(fd);
    }
    expect_children(2);
    remove("f");
}

static void truncated_under_reader(void)
{
    enum { ROUNDS = 200, LENGTH = 5000 };
    close(new_file("f"));
    int pid = must_fork();
    if (pid == 0) {
        for (int i = 0; i < ROUNDS; i++)
            close(filled_file("f", LENGTH, 1));
        exit(0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        int fd = open("f", O_RDONLY), n = read(fd, chunk, CHUNK);
        expect(n >= 0 && n <= LENGTH, "read gives %d", n);
        // What is cut off while it is on its way may be zeroes; nothing else may turn up.
        for (int j = 0; j < n; j++)
            expect(chunk[j] == 0 || is_filled(chunk + j, j, 1, 1), "byte %d of the file, or 0", j);
        close(fd);
    }
    expect_children(1);
    remove("f");
}

// Beyond the end of a shorter file there is nothing left of what was there, wherever that end lies.
static void cut_and_grown(void)
{
    static const int ends[] = {0, 1, 2000, BSIZE - 1, BSIZE, BSIZE + 1, 2 * BSIZE, 3 * BSIZE - 1};
    for (uint i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        int fd = filled_file("f", 3 * BSIZE, 1);
        if (i % 2)
            fsync(fd);
        expect(ftruncate(fd, ends[i]) == 0 && size_of(fd) == (uint64)ends[i], "shorter: %d",
               ends[i]);
        lseek(fd, 0, SEEK_SET);
        expect(read(fd, chunk, CHUNK) == ends[i] && is_filled(chunk, 0, ends[i], 1),
               "what is left of %d", ends[i]);
        expect(ftruncate(fd, 3 * BSIZE) == 0 && size_of(fd) == 3 * BSIZE, "longer again");
        expect_filled(fd, 0, ends[i], 1);
        expect_zeroes(fd, ends[i], 3 * BSIZE - ends[i]);
        discard(fd, "f");
    }
}

// The same if the file grows by a write behind a gap, in the very block that was cut.
static void cut_and_written_behind(void)
{
    int fd = filled_file("f", BSIZE, 1);
    expect(ftruncate(fd, 100) == 0, "ftruncate");
    write_at(fd, 200, 10, 2);
    expect(size_of(fd) == 210, "size");
    expect_filled(fd, 0, 100, 1);
    expect_zeroes(fd, 100, 100);
    expect_filled(fd, 200, 10, 2);
    expect(ftruncate(fd, BSIZE) == 0, "ftruncate");
    expect_zeroes(fd, 210, BSIZE - 210);
    discard(fd, "f");
}

static void ftruncate_errors(void)
{
    const off_t most = (off_t)MAXFILE * BSIZE;
    int ends[2], fd = filled_file("f", 10, 1);
    expect(FAILS(ftruncate(fd, -1), EINVAL) && FAILS(ftruncate(fd, 1L << 63), EINVAL),
           "negative sizes");
    expect(FAILS(ftruncate(fd, most + 1), EFBIG) && FAILS(ftruncate(fd, ~(1L << 63)), EFBIG),
           "sizes beyond all");
    expect(pipe(ends) == 0 && FAILS(ftruncate(ends[1], 0), EINVAL), "a pipe");
    expect(FAILS(ftruncate(ends[0], 0), EBADF), "its end that is only read");
    expect(size_of(fd) == 10, "nothing has changed");
    expect_filled(fd, 0, 10, 1);
    discard(fd, "f");
}

static void ftruncate_keeps_offset(void)
{
    int fd = filled_file("f", 1000, 1);
    lseek(fd, 300, SEEK_SET);
    expect(ftruncate(fd, 500) == 0 && lseek(fd, 0, SEEK_CUR) == 300, "shorter");
    expect(read(fd, chunk, CHUNK) == 200 && is_filled(chunk, 300, 200, 1), "reading goes on");
    expect(ftruncate(fd, 100) == 0 && lseek(fd, 0, SEEK_CUR) == 500, "shorter than the offset");
    expect(read(fd, chunk, CHUNK) == 0, "nothing there");
    discard(fd, "f");
}

// Step by step down through all kinds of blocks: after each just the blocks that the rest needs are
// in use, and its last bytes are there.
static void blocks_come_back(void)
{
    static const uint64 steps[] = {NDIRECT + NINDIRECT + 3,
                                   NDIRECT + NINDIRECT + 1,
                                   NDIRECT + NINDIRECT,
                                   NDIRECT + NINDIRECT - 1,
                                   NDIRECT + 1,
                                   NDIRECT,
                                   1,
                                   0};
    const uint64 whole = NDIRECT + NINDIRECT + 7;
    int fd = new_file("f");
    uint64 before = free_blocks();
    write_at(fd, 0, whole * BSIZE, 1);
    expect(before - free_blocks() == blocks_of_file(whole), "the file takes %lu blocks, not %lu",
           blocks_of_file(whole), before - free_blocks());
    for (uint i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        uint64 n = steps[i], in_use;
        expect(ftruncate(fd, n * BSIZE) == 0 && size_of(fd) == n * BSIZE, "ftruncate to %lu blocks",
               n);
        in_use = before - free_blocks();
        expect(in_use == blocks_of_file(n), "%lu blocks in use, not %lu", blocks_of_file(n),
               in_use);
        expect_filled(fd, n ? (n - 1) * BSIZE : 0, n ? BSIZE : 0, 1);
    }
    discard(fd, "f");
}

// More indirect blocks than one transaction looks at: the cut takes several.
static void cut_in_steps(void)
{
    enum { SPANS = 14, STAY = 5 };
    const uint64 base = NDIRECT + NINDIRECT, far = NINDIRECT * BSIZE;
    int fd = new_file("f");
    uint64 before = free_blocks();
    for (int i = 0; i < SPANS; i++)
        write_at(fd, base * BSIZE + i * far + 100, 10, 1);
    expect(before - free_blocks() == 1 + 2 * SPANS,
           "a block and an indirect one each, and the one above");
    expect(ftruncate(fd, base * BSIZE + STAY * far) == 0, "ftruncate");
    expect(before - free_blocks() == 1 + 2 * STAY, "what stays");
    expect(ftruncate(fd, base * BSIZE + SPANS * far) == 0, "ftruncate back");
    for (int i = 0; i < SPANS; i++) {
        if (i < STAY)
            expect_filled(fd, base * BSIZE + i * far + 100, 10, 1);
        else
            expect_zeroes(fd, base * BSIZE + i * far + 100, 10);
    }
    expect(ftruncate(fd, 0) == 0 && free_blocks() == before, "all come back");
    discard(fd, "f");
}

static void cut_in_a_hole(void)
{
    int fd = new_file("f");
    uint64 before = free_blocks();
    write_at(fd, 50 * BSIZE, 10, 1);
    expect(ftruncate(fd, 30 * BSIZE + 5) == 0 && before - free_blocks() <= 1,
           "at most the indirect block stays");
    expect(size_of(fd) == 30 * BSIZE + 5, "size");
    expect_zeroes(fd, 0, 30 * BSIZE + 5);
    write_at(fd, 30 * BSIZE + 5, 10, 2);
    expect_zeroes(fd, 30 * BSIZE, 5);
    expect_filled(fd, 30 * BSIZE + 5, 10, 2);
    discard(fd, "f");
}

static void written_and_cut_again(void)
{
    int fd = new_file("f");
    uint64 before = free_blocks();
    for (int i = 0; i < 100; i++) {
        write_at(fd, 0, 3 * BSIZE + 1, i);
        expect(before - free_blocks() == 4, "4 blocks in use in round %d", i);
        expect_filled(fd, 0, 3 * BSIZE + 1, i);
        expect(i % 2 ? ftruncate(fd, 0) == 0 : close(open("f", O_WRONLY | O_TRUNC)) == 0,
               "truncate");
        expect(free_blocks() == before, "none in use after round %d", i);
    }
    discard(fd, "f");
}

static void cut_while_appended(void)
{
    enum { ROUNDS = 100, LENGTH = 6000 };
    int fd = new_file("f");
    if (must_fork() == 0) {
        int end = open("f", O_WRONLY | O_APPEND);
        memset(chunk, 'a', LENGTH);
        for (int i = 0; i < ROUNDS; i++)
            expect(write(end, chunk, LENGTH) == LENGTH, "append %d", i);
        exit(0);
    }
    for (int i = 0; i < ROUNDS; i++)
        expect(ftruncate(fd, 0) == 0, "ftruncate %d", i);
    expect_children(1);
    uint64 size = size_of(fd);
    expect(size % LENGTH == 0 && size <= ROUNDS * LENGTH, "whole writes since the last cut: %lu",
           size);
    for (uint64 at = 0; at < size; at += LENGTH) {
        expect(read(fd, chunk, LENGTH) == LENGTH, "read at %lu", at);
        for (int i = 0; i < LENGTH; i++)
            expect(chunk[i] == 'a', "byte %d at %lu", i, at);
    }
    discard(fd, "f");
}

const struct test truncate_tests[] = {
    TEST(truncate1, 0, "xv6", "O_TRUNC empties a file for all who have it open; offsets stay"),
    TEST(truncate2, 0, "xv6", "a write at an offset left beyond the end fails"),
    TEST(truncate3, 0, "xv6", "cutting, writing and reading one file at once"),
    TEST(truncated_under_reader, 0, "",
         "a file that is cut while it is read shows nothing foreign"),
    TEST(cut_and_grown, 0, "",
         "ftruncate shorter and longer: zeroes where bytes were, inside a block, too"),
    TEST(cut_and_written_behind, 0, "",
         "a gap that a write leaves in a block that was cut reads as zeroes"),
    TEST(ftruncate_errors, 0, "", "sizes that are negative or too large; pipes; read-only"),
    TEST(ftruncate_keeps_offset, 0, "", "ftruncate leaves the offset alone"),
    TEST(blocks_come_back, ALONE, "",
         "cutting frees data, indirect and doubly indirect blocks, exactly"),
    TEST(cut_in_steps, ALONE, "",
         "a cut of many indirect blocks takes several transactions and frees all"),
    TEST(cut_in_a_hole, ALONE, "", "the new end may lie in a hole"),
    TEST(written_and_cut_again, ALONE, "", "truncating again and again loses no block"),
    TEST(cut_while_appended, 0, "", "cutting a file that another process appends to"),
    END_OF_TESTS,
};
