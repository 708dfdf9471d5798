// bcachetest: whether processes that use different blocks of the disk at the same time wait for
// each other in the block cache, and whether all get the right bytes. Waiting is measured as
// failed attempts to take one of its locks, or one of the page allocator's (the statistics device).
//
//     test0   three processes read a file each, byte by byte
//     test1   two processes write and read large files; four read one block
//     test2   four processes create and remove files in one directory
//     test3   five processes write pieces that cross the edges of blocks
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "user/lib/test.h"

#define READERS       3 // test0
#define READ_BLOCKS   10
#define READ_ROUNDS   4
#define FEW           500 // failed attempts
#define LARGE_BLOCKS  300 // test1
#define LARGE_ROUNDS  3
#define SHARERS       4
#define SHARED_ROUNDS 25
#define CREATORS      4 // test2
#define FILES         50
#define DIRECTORY     "bcache.d"
#define WRITERS       5 // test3
#define PIECE         6144
#define PIECES        40

static char buf[2 * BSIZE];

// What is at offset off of the file of child i.
static char byte_at(int i, uint64 off) { return off * 7 + off / BSIZE + i * 31; }

static void fill(int i, uint64 off, int n)
{
    for (int k = 0; k < n; k++)
        buf[k] = byte_at(i, off + k);
}

static int is_right(int i, uint64 off, int n)
{
    for (int k = 0; k < n; k++)
        if (buf[k] != byte_at(i, off + k))
            return 0;
    return 1;
}

static void name_of(char *name, int i, int number)
{
    snprintf(name, DIRSIZ, "bcache.%d.%d", i, number);
}

static int must_open(int i, int flags)
{
    char name[DIRSIZ];
    name_of(name, i, 0);
    int fd = open(name, flags);
    expect(fd >= 0, "open of %s", name);
    return fd;
}

static void remove_of(int i)
{
    char name[DIRSIZ];
    name_of(name, i, 0);
    expect(unlink(name) == 0, "unlink of %s", name);
}

static void write_file(int i, int pieces, int size)
{
    int fd = must_open(i, O_CREATE | O_TRUNC | O_WRONLY);
    for (int k = 0; k < pieces; k++) {
        fill(i, (uint64)k * size, size);
        expect(write(fd, buf, size) == size, "write");
    }
    close(fd);
}

static void read_file(int i, uint64 end, int size)
{
    int fd = must_open(i, O_RDONLY);
    for (uint64 off = 0; off < end; off += size)
        expect(read(fd, buf, size) == size && is_right(i, off, size), "file %d is right at %lu", i,
               off);
    expect(read(fd, buf, 1) == 0, "the end of file %d", i);
    close(fd);
}

static void read_bytes(int i)
{
    for (int round = 0; round < READ_ROUNDS; round++)
        read_file(i, READ_BLOCKS * BSIZE, 1);
}

static void test0(void)
{
    for (int i = 0; i < READERS; i++)
        write_file(i, READ_BLOCKS, BSIZE);
    expect_less_waiting(read_bytes, READERS, FEW);
    for (int i = 0; i < READERS; i++)
        remove_of(i);
}

static void write_and_read(int i)
{
    for (int round = 0; round < LARGE_ROUNDS; round++) {
        write_file(i, LARGE_BLOCKS, BSIZE);
        read_file(i, LARGE_BLOCKS * BSIZE, BSIZE);
    }
    remove_of(i);
}

static void read_shared(int i)
{
    (void)i;
    for (int round = 0; round < SHARED_ROUNDS; round++)
        read_file(0, BSIZE, 1);
}

static void test1(void)
{
    run_children(write_and_read, 2);
    write_file(0, 1, BSIZE);
    run_children(read_shared, SHARERS);
    remove_of(0);
}

static void create_and_remove(int i)
{
    char name[DIRSIZ];
    for (int k = 1; k <= FILES; k++) {
        name_of(name, i, k);
        int fd = open(name, O_CREATE | O_EXCL | O_RDWR);
        expect(fd >= 0 && write(fd, name, sizeof(name)) == sizeof(name), "%s is new", name);
        close(fd);
    }
    for (int k = 1; k <= FILES; k++) {
        name_of(name, i, k);
        int fd = open(name, O_RDONLY);
        expect(fd >= 0 && read(fd, buf, sizeof(name)) == sizeof(name) && strcmp(buf, name) == 0,
               "%s is right", name);
        close(fd);
        expect(unlink(name) == 0, "unlink of %s", name);
    }
}

static void test2(void)
{
    expect(mkdir(DIRECTORY) == 0 && chdir(DIRECTORY) == 0, "a directory of its own");
    run_children(create_and_remove, CREATORS);
    expect(chdir("..") == 0 && unlink(DIRECTORY) == 0, "it is empty");
}

static void write_pieces(int i)
{
    write_file(i, PIECES, PIECE);
    read_file(i, PIECES * PIECE, PIECE);
    remove_of(i);
}

static void test3(void) { run_children(write_pieces, WRITERS); }

int main(int argc, char **argv)
{
    static void (*const tests[])(void) = {test0, test1, test2, test3};
    int failed = 0;
    (void)argv;
    if (argc != 1)
        usage("bcachetest");
    test_name = "bcachetest";
    status_of(nothing, 0); // what is made once, in the kernel and here, is there now
    for (int i = 0; i < (int)(sizeof(tests) / sizeof(tests[0])); i++)
        failed |= run_numbered(i, i == 0 ? ":" : "", tests[i]); // the form that courses look for
    return failed;
}
