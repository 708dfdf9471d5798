// sharedblock A B N: on a damaged image, where the file B uses the first block of A for its page N,
// or on the way to it: A is mapped first, so B cannot be used there, and whatever is done to B,
// stores into A reach the file. Ends with 0 if that is so.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

static void expect_error(const char *what, long r)
{
    expect(r == -1 && errno == EIO, "%s fails with EIO, not %ld", what, r);
}

static char *map(int fd, long at)
{
    return mmap(0, PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
}

int main(int argc, char **argv)
{
    char c;
    long at;
    if (argc != 4 || parse_long(argv[3], &at) < 0)
        usage("sharedblock A B N");
    at *= PGSIZE;
    test_name = "sharedblock";
    int a = open(argv[1], O_RDWR), b = open(argv[2], O_RDWR), null = open("/null", O_WRONLY);
    volatile char *p = map(a, 0);
    expect(a >= 0 && b >= 0 && p != MAP_FAILED, "open, mmap");
    c = *p;

    // B's mapping has nothing there, its bytes cannot be read, and new ones not be written.
    expect(write(null, map(b, at), 1) == -1, "a page of B cannot be had");
    lseek(b, at, SEEK_SET);
    expect_error("read() of B", read(b, &c, 1));
    expect_error("write() to B", write(b, "x", 1));
    char first = *p;
    ftruncate(b, at + 1);
    expect(*p == first, "A has its bytes");
    close(b);
    expect(unlink(argv[2]) == 0, "unlink B");

    *p = 'Z';
    sync();
    expect(read(a, &c, 1) == 1 && c == 'Z', "what was stored is in the file: %c", c);
    *p = 'Y';
    expect(lseek(a, 0, SEEK_SET) == 0 && read(a, &c, 1) == 1 && c == 'Y',
           "and what was stored later: %c", c);
    sync();
    printf("sharedblock: OK\n");
    return 0;
}
