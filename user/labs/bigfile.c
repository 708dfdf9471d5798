// bigfile [blocks]: writes files that are as large as possible.
//
//     writing    block after block until the disk is full (or as many as were asked for): through
//     the
//                direct blocks, the indirect one and into the doubly indirect one
//     reading    each block holds what was written
//     cutting    back over each of these borders: what is left stays, the rest is free again
//     the limit  with holes, because no disk is that large: the file's last block, and no byte
//     behind
//
// Every word of a block tells the number of the block. After each step the free blocks of the disk
// must be as many as expected. The file loses its name at once, so that its blocks are freed at the
// end of the program, whatever happens.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

#define DOUBLY (NDIRECT + NINDIRECT) // first block of the doubly indirect ones

static uint64 buf[BSIZE / sizeof(uint64)];
#define WORDS (sizeof(buf) / sizeof(buf[0]))

static uint64 word(uint64 block, uint i) { return (block << 16 | i) ^ 0x9e3779b97f4a7c15; }

static void fill(uint64 block)
{
    for (uint i = 0; i < WORDS; i++)
        buf[i] = word(block, i);
}

static uint64 free_blocks(void) { return system_now().freeblocks; }

// How many blocks of the disk a file of n blocks takes, together with its indirect blocks.
static uint64 taken_by(uint64 n)
{
    uint64 taken = n;

    if (n > NDIRECT)
        taken++; // the indirect block
    if (n > DOUBLY)
        taken += 1 + (n - DOUBLY + NINDIRECT - 1) / NINDIRECT; // the doubly indirect one, and below
    return taken;
}

static void seek(int fd, uint64 block)
{
    off_t at = block * BSIZE;
    expect(lseek(fd, at, SEEK_SET) == at, "lseek to block %lu", block);
}

static void expect_size(int fd, uint64 blocks)
{
    struct stat st;
    expect(fstat(fd, &st) == 0 && st.size == blocks * BSIZE, "a size of %lu blocks", blocks);
}

static int new_file(void)
{
    int fd = open("bigfile.tmp", O_CREATE | O_EXCL | O_RDWR);
    expect(fd >= 0, "bigfile.tmp can be made");
    expect(unlink("bigfile.tmp") == 0, "and removed");
    return fd;
}

// Writes blocks until the file has `wanted`, or the disk is full. Returns how many it has.
static uint64 write_blocks(int fd, uint64 wanted)
{
    for (uint64 n = 0; n < wanted; n++) {
        if (n % 1000 == 0)
            printf(".");
        fill(n);
        errno = 0;
        if (write(fd, buf, BSIZE) == BSIZE)
            continue;
        printf("\nwrote %lu blocks\n", n);
        expect(errno == ENOSPC, "a write fails when the disk is full, and not before");
        return n;
    }
    printf("\nwrote %lu blocks\n", wanted);
    return wanted;
}

static void read_blocks(int fd, uint64 from, uint64 to)
{
    seek(fd, from);
    for (uint64 n = from; n < to; n++) {
        expect(read(fd, buf, BSIZE) == BSIZE, "read of block %lu", n);
        for (uint i = 0; i < WORDS; i++)
            expect(buf[i] == word(n, i), "word %u of block %lu", i, n);
    }
}

static void expect_end(int fd) { expect(read(fd, buf, BSIZE) == 0, "the end of the file"); }

// Cuts the file shorter, step by step: before each border between the kinds of blocks to one block
// more, to the border itself, and to one block less.
static void cut(int fd, uint64 blocks, uint64 free_before)
{
    const uint64 borders[] = {DOUBLY + 2 * NINDIRECT, DOUBLY + NINDIRECT, DOUBLY, NDIRECT, 1};

    for (uint i = 0; i < sizeof(borders) / sizeof(borders[0]); i++) {
        for (int side = 1; side >= -1; side--) {
            uint64 to = borders[i] + side;
            if (to > blocks)
                continue;

            // The right number of blocks is in use.
            expect(ftruncate(fd, to * BSIZE) == 0, "cut to %lu blocks", to);
            expect_size(fd, to);
            expect(free_before - free_blocks() == taken_by(to),
                   "%lu blocks in use after a cut to %lu, not %lu", taken_by(to), to,
                   free_before - free_blocks());

            // What is left is as it was, and the file ends behind it.
            read_blocks(fd, to > 3 ? to - 3 : 0, to);
            expect_end(fd);
        }
    }
}

// A file without holes.
static void dense(uint64 wanted)
{
    uint64 before = free_blocks();
    int fd = new_file();

    uint64 n = write_blocks(fd, wanted);
    expect(n == wanted || n > DOUBLY,
           "more than %lu blocks, as many as lie before the doubly indirect ones", DOUBLY);
    expect_size(fd, n);
    uint64 taken = before - free_blocks();
    expect(taken == taken_by(n), "%lu blocks of the disk are in use for %lu, not %lu", taken_by(n),
           n, taken);

    printf("reading bigfile\n");
    read_blocks(fd, 0, n);
    expect_end(fd);
    cut(fd, n, before);

    close(fd);
    expect(free_blocks() == before, "all blocks are free again");
}

// A file with holes: it has only the blocks on both sides of each border, and the last block that a
// file can have.
static void limit(void)
{
    const uint64 places[] = {NDIRECT - 1,
                             NDIRECT,
                             DOUBLY - 1,
                             DOUBLY,
                             DOUBLY + NINDIRECT - 1,
                             DOUBLY + NINDIRECT,
                             MAXFILE - NINDIRECT - 1,
                             MAXFILE - NINDIRECT,
                             MAXFILE - 1};
    const uint n = sizeof(places) / sizeof(places[0]);
    uint64 before = free_blocks();
    int fd = new_file();

    for (uint i = 0; i < n; i++) {
        seek(fd, places[i]);
        fill(places[i]);
        expect(write(fd, buf, BSIZE) == BSIZE, "write of block %lu of at most %lu", places[i],
               MAXFILE);
    }
    expect_size(fd, MAXFILE);

    expect(write(fd, buf, 1) == -1 && errno == EFBIG, "no byte behind block %lu", MAXFILE - 1);
    for (uint i = 0; i < n; i++)
        read_blocks(fd, places[i], places[i] + 1);
    expect_end(fd);
    close(fd);
    expect(free_blocks() == before, "the blocks between holes are free again");
}

int main(int argc, char **argv)
{
    long blocks = MAXFILE;

    if (argc > 2 ||
        (argc == 2 && (parse_long(argv[1], &blocks) < 0 || blocks < 1 || blocks > (long)MAXFILE)))
        usage("bigfile [blocks]");

    test_name = "bigfile";
    sync();
    dense(blocks);
    limit();
    printf("bigfile done; ok\n");
    return 0;
}
