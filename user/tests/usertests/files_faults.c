// Buffers that end in the middle, and counts that are not valid. The file, its size and the offset
// must agree with the result of the call.
#include "user/tests/usertests/files.h"

#include "user/tests/usertests/files_data.h"

// The last n bytes before the break, behind which there is nothing: n at most 4 pages.
static char *end_of_memory(int n)
{
    uint64 brk = (uint64)sbrk(0);
    char *end = sbrk(PGROUNDUP(brk) - brk + 4 * PGSIZE) + (PGROUNDUP(brk) - brk) + 4 * PGSIZE;
    expect(end == sbrk(0), "sbrk");
    return end - n;
}

void negative_counts(void)
{
    static const int counts[] = {-1, -4096, 1 << 31};
    int ends[2], fd = filled_file("f", 3, 1);
    expect(pipe(ends) == 0 && write(ends[1], "a", 1) == 1, "pipe");
    for (uint i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        lseek(fd, 0, SEEK_SET);
        expect(FAILS(read(fd, chunk, counts[i]), EINVAL), "read of %d bytes", counts[i]);
        expect(FAILS(write(fd, chunk, counts[i]), EINVAL), "write of %d bytes", counts[i]);
        expect(FAILS(read(ends[0], chunk, counts[i]), EINVAL), "the same from a pipe");
        expect(FAILS(write(ends[1], chunk, counts[i]), EINVAL), "and to it");
        expect(lseek(fd, 0, SEEK_CUR) == 0 && size_of(fd) == 3, "nothing has moved");
    }
    expect(read(ends[0], chunk, 10) == 1 && chunk[0] == 'a', "the pipe holds what it held");
    expect_filled(fd, 0, 3, 1);
    close(ends[0]);
    close(ends[1]);
    discard(fd, "f");
}

// Over old bytes, and at the end of the file: in the cache, and after fsync and another open.
void write_across_end(void)
{
    for (int have = 1; have <= 2 * PGSIZE; have += 1723) {
        int fd = filled_file("f", 2 * BSIZE, 1);
        char *p = end_of_memory(have);
        fill(p, 0, have, 2);
        lseek(fd, 0, SEEK_SET);
        expect(write(fd, p, have + 100) == have, "write of %d bytes and 100 that are none", have);
        expect(lseek(fd, 0, SEEK_CUR) == have && size_of(fd) == 2 * BSIZE, "offset and size");
        expect(lseek(fd, 0, SEEK_END) > 0 && write(fd, p, 4 * PGSIZE) == have,
               "the same at the end");
        expect(size_of(fd) == 2UL * BSIZE + have && lseek(fd, 0, SEEK_CUR) == 2 * BSIZE + have,
               "it grew by that");
        close(fd);
        fd = open("f", O_RDWR);
        expect_filled(fd, 0, have, 2);
        expect_filled(fd, have, 2 * BSIZE - have, 1);
        memset(chunk, 0, have);
        expect(read(fd, chunk, CHUNK) == have && is_filled(chunk, 0, have, 2), "bytes at the end");
        discard(fd, "f");
        sbrk(-4 * PGSIZE);
    }
}

void write_from_nowhere(void)
{
    static const uint64 bad[] = {0, 0x80000000UL, MAXVA - 2 * PGSIZE, MAXVA - 1, MAXVA, ~0UL};
    int fd = filled_file("f", 1000, 1);
    lseek(fd, 500, SEEK_SET);
    for (uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect(FAILS(write(fd, (char *)bad[i], 20000), EFAULT), "write from 0x%lx", bad[i]);
        expect(FAILS(read(fd, (char *)bad[i], 20000), EFAULT), "read to 0x%lx", bad[i]);
        expect(lseek(fd, 0, SEEK_CUR) == 500 && size_of(fd) == 1000, "nothing has moved");
    }
    expect_filled(fd, 0, 1000, 1);
    discard(fd, "f");
}

void read_across_end(void)
{
    int fd = filled_file("f", 5 * BSIZE, 1);
    for (int have = 1; have <= 2 * PGSIZE; have += 1723) {
        char *p = end_of_memory(have);
        lseek(fd, 77, SEEK_SET);
        expect(read(fd, p, 5 * BSIZE - 77) == have, "read into %d bytes", have);
        expect(is_filled(p, 77, have, 1), "they are delivered");
        expect(lseek(fd, 0, SEEK_CUR) == 77 + have, "the offset is behind them");
        expect(read(fd, chunk, 100) == 100 && is_filled(chunk, 77 + have, 100, 1),
               "what follows comes next");
        sbrk(-4 * PGSIZE);
    }
    discard(fd, "f");
}

// 100 KiB of memory and more asked for: the kernel moves it in pieces of at most 64 KiB.
void fault_beyond_first_piece(void)
{
    const int have = 100 * 1024 + 5;
    uint64 brk = (uint64)sbrk(0);
    sbrk(PGROUNDUP(brk) - brk);
    char *start = sbrk(PGROUNDUP(have)), *p = sbrk(0) - have;
    expect(p >= start, "sbrk");
    fill(p, 0, have, 4);
    int fd = new_file("f");
    expect(write(fd, p, 2 * have) == have && size_of(fd) == (uint64)have, "write");
    expect(write(fd, p, 2 * have) == have, "another");
    memset(p, 0, have);
    lseek(fd, 0, SEEK_SET);
    expect(read(fd, p, 2 * have) == have && is_filled(p, 0, have, 4), "read");
    expect(lseek(fd, 0, SEEK_CUR) == have, "the offset");
    discard(fd, "f");
}
