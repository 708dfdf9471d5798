// Buffers and results of which only a part is good: a transfer stops at the exact byte and says
// so; a result that does not fit whole is refused. Nothing else changes.
#include "user/tests/usertests/access.h"

#define FILE_SIZE (3 * PGSIZE)

static char buf[FILE_SIZE + 1];

// The last page of memory, full of 'n's; it ends where memory ends.
static char *last_page(void)
{
    char *p = fresh_pages(1, SBRK_EAGER);
    memset(p, 'n', PGSIZE);
    return p;
}

static int make_old_file(void)
{
    int fd = open("f", O_CREATE | O_RDWR | O_TRUNC);
    memset(buf, 'o', FILE_SIZE);
    expect(fd >= 0 && write(fd, buf, FILE_SIZE) == FILE_SIZE, "make a file");
    return fd;
}

// The file holds 'o's, and n 'n's at offset; it is read through a descriptor of its own.
static void expect_written(int offset, int n)
{
    int fd = open("f", O_RDONLY);
    int size = offset + n > FILE_SIZE ? offset + n : FILE_SIZE;
    expect(size_of(fd) == size && read_all(fd, buf, FILE_SIZE) == FILE_SIZE,
           "the file has %d bytes", size);
    for (int i = 0; i < FILE_SIZE; i++)
        expect(buf[i] == (i >= offset && i < offset + n ? 'n' : 'o'), "byte %d, %d written at %d",
               i, n, offset);
    close(fd);
}

void write_ends_in_the_middle(void)
{
    static const int rooms[] = {1, 7, 9, 100, 129, PGSIZE - 1, PGSIZE};
    static const int offsets[] = {0, 5, PGSIZE - 3};
    char *end = last_page() + PGSIZE;
    for (uint i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        for (uint j = 0; j < sizeof(offsets) / sizeof(offsets[0]); j++) {
            int room = rooms[i], offset = offsets[j], fd = make_old_file();
            lseek(fd, offset, SEEK_SET);
            int n = write(fd, end - room, 2 * PGSIZE);
            expect(n == room, "%d bytes are there to write, not %d", room, n);
            expect(lseek(fd, 0, SEEK_CUR) == offset + room, "the offset moved by as much");
            close(fd);
            expect_written(offset, room);
        }
    }
    unlink("f");
}

void write_past_the_bounce_buffer(void)
{
    enum { PAGES = 40 };
    char *p = fresh_pages(PAGES, SBRK_EAGER);
    int fd = open("f", O_CREATE | O_RDWR);
    for (int i = 0; i < PAGES * PGSIZE; i++)
        p[i] = i / 7;
    for (int cut = 1; cut < 2 * PGSIZE; cut += PGSIZE - 1) {
        const char *from = p + cut;
        int room = PAGES * PGSIZE - cut;
        expect(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0, "empty the file");
        expect(write(fd, from, 2 * PAGES * PGSIZE) == room && size_of(fd) == room,
               "%d bytes are written", room);
        lseek(fd, 0, SEEK_SET);
        for (int done = 0; done < room; done += PGSIZE) {
            int n = room - done < PGSIZE ? room - done : PGSIZE;
            expect(read_all(fd, buf, n) == n && memcmp(buf, from + done, n) == 0,
                   "bytes from %d on", done);
        }
    }
    close(fd);
    unlink("f");
}

void pipe_write_ends_in_the_middle(void)
{
    int ends[2];
    char *end = last_page() + PGSIZE;
    expect(pipe(ends) == 0, "pipe");
    for (int room = 1; room <= PGSIZE; room = room * 3 + 1) {
        expect(write(ends[1], end - room, 2 * PGSIZE) == room, "%d bytes go into the pipe", room);
        expect(size_of(ends[0]) == room && read(ends[0], buf, FILE_SIZE) == room, "and come out");
        expect_bytes("from the pipe", buf, room, 'n');
        expect(write(ends[1], buf, room) == room, "write again");
        memset(end - room, 0, room);
        int n = read(ends[0], end - room, 2 * PGSIZE);
        expect(n == room, "%d bytes are read to the end of memory, not %d", room, n);
        expect_bytes("at the end of memory", end - room, room, 'n');
    }
    close(ends[0]);
    close(ends[1]);
}

void refused_write_changes_nothing(void)
{
    char *end = last_page() + PGSIZE;
    int fd = make_old_file();
    for (int offset = 0; offset <= FILE_SIZE; offset += PGSIZE / 2) {
        lseek(fd, offset, SEEK_SET);
        for (int n = 1; n < 20 * PGSIZE; n *= 20)
            expect(write(fd, end, n) == -1 && errno == EFAULT, "write of %d bytes: EFAULT", n);
        expect(lseek(fd, 0, SEEK_CUR) == offset, "the offset stays");
    }
    expect(fsync(fd) == 0 && close(fd) == 0, "fsync");
    expect_written(0, 0);
    unlink("f");
}

void top_of_user_memory(void)
{
    char *top = (char *)TRAPFRAME;
    int fd = make_old_file();
    expect(sys_sbrk(top - sbrk(0), SBRK_LAZY) != SBRK_ERROR && sbrk(0) == top,
           "the heap reaches TRAPFRAME");
    lseek(fd, 0, SEEK_SET);
    expect(read(fd, top - 5, 100) == 5 && lseek(fd, 0, SEEK_CUR) == 5, "five bytes fit");
    expect_bytes("at the top", top - 5, 5, 'o');
    expect(read(fd, top - PGSIZE - 8, 2 * PGSIZE) == PGSIZE + 8, "a page and eight bytes fit");
    memset(top - 5, 'n', 5);
    lseek(fd, 0, SEEK_SET);
    expect(write(fd, top - 5, 100) == 5, "five bytes are written");
    expect(write(fd, top, 1) == -1 && errno == EFAULT, "none at TRAPFRAME");
    close(fd);
    expect_written(0, 5);
    expect(open(top - 5, O_RDONLY) == -1 && errno == EFAULT, "a string without an end: EFAULT");
    memcpy(top - 2, "f", 2);
    fd = open(top - 2, O_RDONLY);
    expect(fd >= 0 && fstat(fd, (struct stat *)(top - sizeof(struct stat))) == 0,
           "string and result end there");
    expect(fstat(fd, (struct stat *)(top - sizeof(struct stat) + 1)) == -1 && errno == EFAULT,
           "and not later");
    close(fd);
    unlink("f");
}

// Every call that fills in a buffer, given one in the text.
static void aim_at_text(int fd, int ends[2], char *text)
{
#define REFUSED(call) expect((errno = 0, (call)) == -1 && errno == EFAULT, "EFAULT from " #call)
    int zero = open("/zero", O_RDONLY), counters = open("/statistics", O_RDONLY), pid = must_fork();
    if (pid == 0)
        exit(3);
    REFUSED(read(fd, text, 100));
    REFUSED(read(ends[0], text, 100));
    REFUSED(read(zero, text, 100));
    REFUSED(read(counters, text, 100));
    REFUSED(fstat(fd, (struct stat *)text));
    REFUSED(pipe((int *)text));
    REFUSED(wait((int *)text));
    REFUSED(waitpid(pid, (int *)text, 0));
    REFUSED(sysinfo((struct sysinfo *)text));
    REFUSED(gettime((uint64 *)text));
    REFUSED(pgtable(getpid(), 0, 0, 2, (uint64 *)text));
    expect(getcwd(text, 100) == 0 && errno == EFAULT, "EFAULT from getcwd");
    int status;
    expect(waitpid(pid, &status, 0) == pid && status == 3,
           "the child is still there to be waited for");
    close(zero);
    close(counters);
#undef REFUSED
}

void text_is_read_only(void)
{
    static char before[2 * PGSIZE];
    char *text = (char *)USERBASE;
    int ends[2], fd = make_old_file();
    memcpy(before, text, sizeof(before));
    expect(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3, "pipe");
    lseek(fd, 0, SEEK_SET);
    aim_at_text(fd, ends, text);
    aim_at_text(fd, ends, text + PGSIZE - 10);
    expect(memcmp(before, text, sizeof(before)) == 0, "the text is as it was");
    expect(lseek(fd, 0, SEEK_CUR) == 0 && size_of(ends[0]) == 3, "nothing was read");
    expect(write(fd, text, 2 * PGSIZE) == 2 * PGSIZE && lseek(fd, 0, SEEK_SET) == 0,
           "it can be written to a file");
    expect(read_all(fd, buf, 2 * PGSIZE) == 2 * PGSIZE && memcmp(buf, text, 2 * PGSIZE) == 0,
           "byte by byte");
    close(fd);
    close(ends[0]);
    close(ends[1]);
    unlink("f");
}

void address_keeps_its_high_bits(void)
{
    char *good = last_page();
    int fd = make_old_file();
    strcpy(good, "f");
    for (int bit = 31; bit < 64; bit++) {
        char *bad = (char *)((uint64)good | 1UL << bit);
        expect(write(fd, bad, 1) == -1 && errno == EFAULT, "write from %p: EFAULT", bad);
        expect(read(fd, bad, 0) == 0 && fstat(fd, (struct stat *)bad) == -1 && errno == EFAULT,
               "fstat to %p", bad);
        expect(open(bad, O_RDONLY) == -1 && errno == EFAULT, "open of %p: EFAULT", bad);
    }
    expect(strcmp(good, "f") == 0 && good[2] == 'n', "what lies below is as it was");
    close(fd);
    unlink("f");
}

static void exec_with(void *arg)
{
    char *argv[MAXARG + 2];
    int n = (int)(uint64)arg;
    for (int i = 0; i < n; i++)
        argv[i] = "x";
    argv[n] = 0;
    exec("/true", argv);
    exit(errno);
}

void one_argument_too_many(void)
{
    expect(status_of(exec_with, (void *)(uint64)MAXARG) == 0, "exec with %d arguments works",
           MAXARG);
    expect(status_of(exec_with, (void *)(uint64)(MAXARG + 1)) == E2BIG, "with one more: E2BIG");
}
