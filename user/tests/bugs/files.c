// Counts, pipes, offsets. Numbers are those of the list of known bugs.
#include "kernel/riscv.h"
#include "user/tests/bugs/bugs.h"

static char buf[8192];

// 3: a write whose buffer ends in the middle: what the call says it wrote is what the file holds,
// in the cache and after the file is opened again.
static void use_write_across_end(void)
{
    uint64 brk = (uint64)sbrk(0);
    sbrk(PGROUNDUP(brk) - brk);
    char *page = sbrk(PGSIZE);
    memset(page, 'n', PGSIZE);
    memset(buf, 'o', sizeof(buf));
    int fd = open("f", O_CREATE | O_RDWR);
    expect(write(fd, buf, sizeof(buf)) == sizeof(buf), "write");
    lseek(fd, 0, SEEK_SET);
    int n = write(fd, page, sizeof(buf)); // twice what there is
    expect(n == -1 || n <= PGSIZE, "an error or a short count, not %d", n);
    if (n < 0)
        n = 0;
    fsync(fd);
    lseek(fd, 0, SEEK_SET);
    expect(read_all(fd, buf, sizeof(buf)) == sizeof(buf), "read");
    for (int i = 0; i < (int)sizeof(buf); i++)
        expect(buf[i] == (i < n ? 'n' : 'o'), "byte %d (wrote %d)", i, n);
    close(fd);
    unlink("f");
}

void write_across_end(void) { in_directory(use_write_across_end); }

// 4
static void use_negative_counts(void)
{
    struct stat st;
    int ends[2];
    int fd = open("f", O_CREATE | O_RDWR);
    expect(write(fd, "abc", 3) == 3 && lseek(fd, 0, SEEK_SET) == 0, "write");
    expect(read(fd, buf, -1) == -1, "read of -1 bytes fails");
    expect(write(fd, buf, -1) == -1, "write of -1 bytes fails");
    expect(lseek(fd, 0, SEEK_CUR) == 0 && fstat(fd, &st) == 0 && st.size == 3, "nothing moved");
    expect(pipe(ends) == 0, "pipe");
    expect(write(ends[1], buf, -1) == -1 && read(ends[0], buf, -1) == -1, "on a pipe, too");
    close(fd);
    unlink("f");
}

void negative_counts(void) { in_directory(use_negative_counts); }

// 5
void empty_pipe_read(void)
{
    int ends[2];
    expect(pipe(ends) == 0, "pipe");
    expect(read(ends[0], buf, 0) == 0, "reading 0 bytes from an empty pipe returns at once");
    expect(write(ends[1], buf, 0) == 0, "so does writing 0 bytes");
    expect(write(ends[1], "x", 1) == 1 && read(ends[0], buf, 1) == 1, "the pipe still works");
}

// A read that cannot deliver takes nothing out of the pipe.
void pipe_keeps_bytes(void)
{
    int ends[2];
    expect(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3, "pipe");
    expect(read(ends[0], (char *)0x2000000000UL, 3) == -1 && errno == EFAULT, "EFAULT");
    expect(read(ends[0], buf, 10) == 3 && memcmp(buf, "abc", 3) == 0, "bytes are still there");
}

static void use_hole(void)
{
    int fd = open("f", O_CREATE | O_RDWR);
    expect(lseek(fd, 1000000, SEEK_SET) == 1000000 && write(fd, "end", 3) == 3, "write at 1000000");
    expect(lseek(fd, 500000, SEEK_SET) == 500000 && read(fd, buf, sizeof(buf)) == sizeof(buf), "read the gap");
    for (uint i = 0; i < sizeof(buf); i++)
        expect(buf[i] == 0, "the gap reads as zeroes");
    close(fd);
    unlink("f");
}

void hole_reads_zero(void) { in_directory(use_hole); }

// Beyond the end without lseek: another opening truncated the file.
static void use_beyond_end(void)
{
    int fd = open("f", O_CREATE | O_RDWR);
    expect(write(fd, "abcdef", 6) == 6, "write");
    close(open("f", O_WRONLY | O_TRUNC));
    expect(write(fd, "x", 1) == -1, "writing beyond the end fails");
    close(fd);
    unlink("f");
}

void offset_beyond_end(void) { in_directory(use_beyond_end); }

static void use_truncated(void)
{
    int status, pid = must_fork();
    for (int i = 0; i < 200; i++) {
        int fd = open("f", O_CREATE | O_RDWR | (pid ? O_TRUNC : 0));
        expect(fd >= 0, "open");
        if (pid)
            write(fd, buf, 5000);
        else
            expect(read(fd, buf, sizeof(buf)) <= 5000, "read");
        close(fd);
    }
    if (pid == 0)
        exit(0);
    expect(wait(&status) == pid && status == 0, "reader");
    unlink("f");
}

void truncated_under_reader(void) { in_directory(use_truncated); }
