// System calls given addresses that are not the program's: each must be refused with EFAULT and
// must leave file, pipe and descriptors as they were.
//
//     access.c       buffers, paths and vectors in the wrong place; the tests that courses know
//     access_cut.c   buffers that begin well; read-only memory; the very top of user memory
//     access_kill.c  the program's own loads, stores and jumps
#include "user/tests/usertests/access.h"

const uint64 wild_addresses[] = {
    KERNBASE,  0,           TRAPFRAME - PGSIZE, TRAPFRAME, TRAMPOLINE, MAXVA,
    2 * MAXVA, KERNEL_HALF, 1UL << 62,          1UL << 63, ~7UL,       ~0UL,
};
const int wild_count = sizeof(wild_addresses) / sizeof(wild_addresses[0]);

static char buf[3 * PGSIZE];
static char *no_args[] = {"x", 0};

static int make_file(const char *text)
{
    int fd = open("f", O_CREATE | O_RDWR | O_TRUNC);
    expect(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text), "make a file");
    expect(lseek(fd, 0, SEEK_SET) == 0, "lseek");
    return fd;
}

static void make_pipe(int ends[2], const char *text)
{
    expect(pipe(ends) == 0 && write(ends[1], text, strlen(text)) == (int)strlen(text),
           "make a pipe");
}

// The file holds text, and the pipe; nothing was read.
static void expect_untouched(int fd, int ends[2], const char *text)
{
    int n = strlen(text);
    expect(lseek(fd, 0, SEEK_CUR) == 0 && size_of(fd) == n && size_of(ends[0]) == n,
           "offset and sizes as before");
    expect(read(fd, buf, sizeof(buf)) == n && memcmp(buf, text, n) == 0, "the file as before");
    expect(n == 0 || (read(ends[0], buf, sizeof(buf)) == n && memcmp(buf, text, n) == 0),
           "the pipe as before");
    close(fd);
    close(ends[0]);
    close(ends[1]);
    unlink("f");
}

static void refuse_write(int fd, uint64 address, int n)
{
    errno = 0;
    expect(write(fd, (void *)address, n) == -1 && errno == EFAULT, "write(%d, 0x%lx, %d): EFAULT",
           fd, address, n);
}

static void refuse_read(int fd, uint64 address, int n)
{
    errno = 0;
    expect(read(fd, (void *)address, n) == -1 && errno == EFAULT, "read(%d, 0x%lx, %d): EFAULT", fd,
           address, n);
}

static void copyin(void)
{
    int ends[2], fd = make_file(""), console = open("/console", O_WRONLY);
    make_pipe(ends, "");
    for (int i = 0; i < wild_count; i++) {
        for (int n = 1; n <= 8192; n *= 8192) {
            refuse_write(fd, wild_addresses[i], n);
            refuse_write(console, wild_addresses[i], n);
            refuse_write(ends[1], wild_addresses[i], n);
        }
    }
    close(console);
    expect_untouched(fd, ends, "");
}

static void copyout(void)
{
    int ends[2], fd = make_file("abc"), console = open("/console", O_RDONLY),
                 zero = open("/zero", O_RDONLY);
    make_pipe(ends, "abc");
    for (int i = 0; i < wild_count; i++) {
        refuse_read(fd, wild_addresses[i], 8192);
        refuse_read(ends[0], wild_addresses[i], 8192);
        refuse_read(zero, wild_addresses[i], 8192);
        refuse_read(console, wild_addresses[i], 100); // without waiting for a line
    }
    close(console);
    close(zero);
    expect_untouched(fd, ends, "abc");
}

// Every call that takes a path.
static void refuse_path(const char *p, int error)
{
#define REFUSED(call)                                                                              \
    expect((errno = 0, (call)) == -1 && errno == error, "errno %d from " #call ", path %p", error, \
           p)
    REFUSED(open(p, O_RDONLY));
    REFUSED(open(p, O_CREATE | O_RDWR));
    REFUSED(unlink(p));
    REFUSED(link(p, "x"));
    REFUSED(link("none", p));
    REFUSED(symlink(p, "x"));
    REFUSED(symlink("none", p));
    REFUSED(rename(p, "x"));
    REFUSED(rename("none", p));
    REFUSED(readlink(p, buf, 10));
    REFUSED(mkdir(p));
    REFUSED(mknod(p, 3, 0));
    REFUSED(chdir(p));
    REFUSED(exec(p, no_args));
#undef REFUSED
}

static void copyinstr1(void)
{
    for (int i = 0; i < wild_count; i++)
        refuse_path((char *)wild_addresses[i], EFAULT);
}

static void copyinstr2(void)
{
    static char path[MAXPATH + 1], big[4097];
    for (int i = 0; i < MAXPATH; i++)
        path[i] = "./"[i % 2];
    refuse_path(path, ENAMETOOLONG);
    close(make_file("abc"));
    path[MAXPATH - 2] = 'f'; // "./" 127 times, and "f": all that a path may have
    path[MAXPATH - 1] = 0;
    int fd = open(path, O_RDONLY);
    expect(fd >= 0 && size_of(fd) == 3, "a path of MAXPATH - 1 bytes leads to the file");
    close(fd);
    unlink(path);
    memset(big, 'b', sizeof(big) - 1);
    expect(exec("/true", (char *[]){big, big, big, 0}) == -1 && errno == E2BIG,
           "exec with three long arguments");
}

static void copyinstr3(void)
{
    char *end = fresh_pages(1, SBRK_EAGER) + PGSIZE;
    memset(end - PGSIZE, 'x', PGSIZE);
    for (int n = 1; n <= 9; n++)
        refuse_path(end - n, EFAULT);
    refuse_path(end - MAXPATH + 1, EFAULT);
    refuse_path(end - MAXPATH, ENAMETOOLONG);
    end[-1] = 0;
    refuse_path(end - 1, ENOENT);
    expect(open(end - 3, O_RDONLY) == -1 && errno == ENOENT,
           "a string that ends with memory is whole");
    expect(mkdir(end - 3) == 0 && unlink("xx") == 0, "and names what it says");
}

static void rwsbrk(void)
{
    int ends[2], fd = make_file("abc");
    char *p = fresh_pages(2, SBRK_EAGER);
    make_pipe(ends, "abc");
    memset(p, 'h', 2 * PGSIZE);
    expect(sbrk(-2 * PGSIZE) == p + 2 * PGSIZE, "sbrk gives back");
    for (int at = 0; at <= PGSIZE; at += PGSIZE / 2) {
        refuse_write(fd, (uint64)p + at, 1024);
        refuse_write(ends[1], (uint64)p + at, 1024);
        refuse_read(fd, (uint64)p + at, 10);
        refuse_read(ends[0], (uint64)p + at, 10);
    }
    expect(sbrk(1) == p, "sbrk");
    expect_bytes("memory that came back", p, PGSIZE, 0);
    expect_untouched(fd, ends, "abc");
}

static void argptest(void)
{
    int fd = make_file("abc");
    char *last = fresh_pages(1, SBRK_EAGER) + PGSIZE - 1;
    expect(last + 1 == sbrk(0), "the last byte");
    expect(read(fd, last, -1) == -1 && errno == EINVAL, "read of -1 bytes: EINVAL");
    expect(write(fd, last, -1) == -1 && errno == EINVAL, "write of -1 bytes: EINVAL");
    expect(*last == 0 && lseek(fd, 0, SEEK_CUR) == 0 && size_of(fd) == 3, "nothing moved");
    expect(read(fd, last, 2) == 1 && *last == 'a', "one byte fits");
    expect(read(fd, last, 0) == 0 && read(fd, last + 1, 0) == 0, "no bytes always do");
    close(fd);
    unlink("f");
}

static void pgbug(void)
{
    const uint64 address = 0xeaeb0b5b00002f5eUL;
    expect(exec((char *)address, no_args) == -1 && errno == EFAULT, "exec: EFAULT");
    expect(exec("/true", (char **)address) == -1 && errno == EFAULT, "exec's argv: EFAULT");
    expect(pipe((int *)address) == -1 && errno == EFAULT, "pipe: EFAULT");
    int fd = dup(0);
    expect(fd == 3 && close(fd) == 0, "pipe left no descriptor, the next one is %d", fd);
}

// The program's pages but those of the guard are good for a path, whatever it is; none above is.
static void validatetest(void)
{
    uint64 end = (uint64)sbrk(0);
    int guards = 0;
    for (uint64 p = 0; p <= end + 100 * PGSIZE; p += PGSIZE) {
        errno = 0;
        expect(link("nosuchfile", (char *)p) == -1, "link to 0x%lx fails", p);
        if (p < USERBASE || p >= end)
            expect(errno == EFAULT, "link to 0x%lx: EFAULT, not %d", p, errno);
        else if (errno == EFAULT)
            guards++;
        else
            expect(errno == ENOENT || errno == ENAMETOOLONG, "link to 0x%lx: errno %d", p, errno);
    }
    expect(guards == USERGUARD, "%d guard pages, not %d", USERGUARD, guards);
}

static void badarg(void)
{
    char *args[] = {"x", (char *)0xffffffff, 0};
    for (int i = 0; i < 2000; i++) {
        expect(exec("/echo", (char **)0xffffffff) == -1 && errno == EFAULT, "a bad argv: EFAULT");
        expect(exec("/echo", args) == -1 && errno == EFAULT, "a bad argument: EFAULT");
    }
}

static void sbrkarg(void)
{
    char *p = fresh_pages(3, SBRK_EAGER);
    int fd = make_file("");
    expect(write(fd, p, PGSIZE) == PGSIZE && lseek(fd, 0, SEEK_SET) == 0,
           "write from fresh memory");
    expect(read(fd, buf, sizeof(buf)) == PGSIZE, "read it back");
    expect_bytes("what was written", buf, PGSIZE, 0);
    expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, p + PGSIZE, PGSIZE) == PGSIZE,
           "read to fresh memory");
    close(fd);
    unlink("f");
    int *ends = (int *)(p + 2 * PGSIZE);
    expect(pipe(ends) == 0 && write(ends[1], "x", 1) == 1, "pipe's result in fresh memory");
    expect(read(ends[0], buf, 1) == 1 && buf[0] == 'x' && ends[2] == 0, "and it is right");
    close(ends[0]);
    close(ends[1]);
}

static void badwrite(void)
{
    for (int i = 0; i < 600; i++) {
        int fd = open("f", O_CREATE | O_WRONLY);
        expect(fd >= 0, "open");
        refuse_write(fd, 0xffffffffffUL, 1);
        refuse_write(fd, 0xffffffffffUL, 5 * PGSIZE);
        expect(size_of(fd) == 0 && close(fd) == 0 && unlink("f") == 0, "an empty file");
    }
}

const struct test access_tests[] = {
    TEST(copyin, BOTH, "xv6,labs 7", "write refuses addresses that are not the program's"),
    TEST(copyout, BOTH, "xv6,labs 7",
         "read refuses addresses that are not the program's, and takes nothing"),
    TEST(copyinstr1, BOTH, "xv6,labs 7,known 10",
         "a path at such an address is refused by every call"),
    TEST(copyinstr2, 0, "xv6",
         "paths of MAXPATH bytes and long arguments are refused, shorter ones not"),
    TEST(copyinstr3, BOTH, "xv6", "a string that runs over the end of memory is refused"),
    TEST(rwsbrk, BOTH, "xv6", "memory given back by sbrk is no buffer any more"),
    TEST(argptest, 0, "xv6,known 4,labs 18,labs 28",
         "a count of -1 at the end of memory is refused"),
    TEST(pgbug, BOTH, "xv6,labs 7", "wide wild addresses are not cut to a good one"),
    TEST(validatetest, BOTH, "xv6",
         "link tells good from bad pages over all the program and above"),
    TEST(badarg, 0, "xv6", "exec with a bad vector or argument loses nothing"),
    TEST(sbrkarg, BOTH, "xv6", "system calls take buffers in fresh memory"),
    TEST(nowrite, BOTH, "xv6", "a store to an address that is not the program's kills"),
    TEST(textwrite, BOTH, "xv6,labs 8", "a store to address 0 or to the program's text kills"),
    TEST(kernmem, BOTH, "xv6", "a load from where the kernel lies kills"),
    TEST(MAXVAplus, BOTH, "xv6,labs 7", "a load, store or jump beyond MAXVA kills"),
    TEST(stacktest, BOTH, "xv6,layout",
         "the guard page lies directly below a stack of USERSTACK pages"),
    TEST(data_is_not_executable, BOTH, "labs 8", "a jump to data, stack or heap kills"),
    TEST(write_ends_in_the_middle, BOTH, "known 3,known 4,labs 4",
         "a write whose buffer ends early says what it wrote"),
    TEST(write_past_the_bounce_buffer, 0, "known 3,labs 4", "the same for writes of many pages"),
    TEST(pipe_write_ends_in_the_middle, BOTH, "known 3", "the same for pipes"),
    TEST(refused_write_changes_nothing, 0, "known 3,labs 4",
         "a write from a bad address changes neither file nor offset"),
    TEST(top_of_user_memory, BOTH, "layout,labs 7", "buffers and strings end exactly at TRAPFRAME"),
    TEST(text_is_read_only, BOTH, "labs 8", "no system call writes to the program's text"),
    TEST(address_keeps_its_high_bits, BOTH, "labs 7",
         "a good address with one high bit more is bad"),
    TEST(one_argument_too_many, 0, "labs 7,known 17",
         "exec takes MAXARG arguments and refuses one more"),
    TEST(badwrite, SLOW, "xv6,labs 4", "writes from a bad address to new files lose no blocks"),
    END_OF_TESTS,
};
