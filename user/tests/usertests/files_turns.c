// Writes that are longer than a transaction: what one call writes stays in one piece, also if other
// processes write to the same file.
#include "user/tests/usertests/files.h"

#include "user/tests/usertests/files_data.h"

enum { LONG = 65000, LONGEST = 150000, SHORT = 300, RECORDS = 12, WRITERS = 3 };

static char record[LONGEST];

// Writes records of the letter of who at the end of f.
static void append_letters(int who)
{
    int n = who == 0 ? SHORT : who == 1 ? LONG : LONGEST;
    int fd = open("f", O_WRONLY | O_APPEND);
    memset(record, 'a' + who, n);
    for (int i = 0; i < RECORDS; i++)
        expect(write(fd, record, n) == n, "append %d of %d", i, who);
}

// The file consists of runs of letters, each of whole records of that letter. How many records.
static int whole_records(int fd, const int *length)
{
    int n, run = 0, last = 0, records = 0;
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, chunk, CHUNK)) > 0) {
        for (int i = 0; i < n; i++, run++) {
            if (chunk[i] == last)
                continue;
            expect(last == 0 || run % length[last - 'a'] == 0, "a record of %c is whole: %d bytes",
                   last, run);
            expect(chunk[i] >= 'a' && chunk[i] < 'a' + WRITERS, "a letter that was written");
            records += last ? run / length[last - 'a'] : 0;
            last = chunk[i];
            run = 0;
        }
    }
    expect(last && run % length[last - 'a'] == 0, "the last record is whole");
    return records + run / length[last - 'a'];
}

void long_appends(void)
{
    static const int length[WRITERS] = {SHORT, LONG, LONGEST};
    int fd = new_file("f");
    run_children(append_letters, WRITERS);
    expect(size_of(fd) == RECORDS * (SHORT + LONG + LONGEST), "nothing is lost");
    expect(whole_records(fd, length) == RECORDS * WRITERS, "as many records as were written");
    discard(fd, "f");
}

static int shared_fd;

static void write_letters(int who)
{
    memset(record, 'a' + who, LONGEST);
    for (int i = 0; i < RECORDS; i++)
        expect(write(shared_fd, record, LONGEST) == LONGEST, "write %d of %d", i, who);
}

void long_writes_at_one_offset(void)
{
    static const int length[WRITERS] = {LONGEST, LONGEST, LONGEST};
    shared_fd = new_file("f");
    run_children(write_letters, WRITERS);
    expect(size_of(shared_fd) == WRITERS * RECORDS * LONGEST, "nothing is lost");
    whole_records(shared_fd, length);
    discard(shared_fd, "f");
}

// The file has size bytes, none of them 0, and can be appended to.
static void expect_no_hole(int fd, uint64 size)
{
    int n;
    expect(size_of(fd) == size, "%lu bytes", size);
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, chunk, CHUNK)) > 0)
        for (int i = 0; i < n; i++)
            expect(chunk[i] != 0, "no hole");
    int end = open("f", O_WRONLY | O_APPEND);
    memset(record, 'x', LONG);
    expect(write(end, record, LONG) == LONG && size_of(fd) == size + LONG, "the next append");
    close(end);
}

// A buffer that ends inside the third piece of 64 KiB.
void long_append_cut_off(void)
{
    enum { GOOD = 40 * PGSIZE };
    int fd = new_file("f"), end = open("f", O_WRONLY | O_APPEND);
    char *p = mmap(0, GOOD + PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(p != MAP_FAILED && munmap(p + GOOD, PGSIZE) == 0, "mmap");
    memset(p, 'a', GOOD);
    expect(write(end, p, 2 * GOOD) == GOOD, "what there is is written");
    expect(FAILS(write(end, p + GOOD, LONG), EFAULT), "nothing is a bad address");
    expect_no_hole(fd, GOOD);
    munmap(p, GOOD);
    close(end);
    discard(fd, "f");
}

void long_append_killed(void)
{
    int fd = new_file("f");
    for (int i = 0; i < 8; i++) {
        int pid = must_fork(), status;
        if (pid == 0) {
            int end = open("f", O_WRONLY | O_APPEND);
            memset(record, 'k', LONGEST);
            for (;;)
                write(end, record, LONGEST);
        }
        while (size_of(fd) < 2 * LONGEST)
            sleep(0);
        kill(pid);
        expect(waitpid(pid, &status, 0) == pid, "it has ended");
        expect_no_hole(fd, size_of(fd));
        expect(ftruncate(fd, 0) == 0, "ftruncate");
    }
    discard(fd, "f");
}

// The buffer is a mapping of the file that is written.
void long_write_from_itself(void)
{
    enum { SIZE = 40 * PGSIZE };
    int fd = filled_file("f", SIZE, 3), end = open("f", O_WRONLY | O_APPEND);
    char *p = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    expect(p != MAP_FAILED, "mmap");
    expect(write(end, p, SIZE) == SIZE && size_of(fd) == 2 * SIZE, "append the file to itself");
    lseek(fd, SIZE, SEEK_SET);
    for (int at = 0; at < SIZE; at += PGSIZE)
        expect(read(fd, chunk, PGSIZE) == PGSIZE && memcmp(chunk, p + at, PGSIZE) == 0,
               "page at %d", at);
    expect_filled(fd, 0, SIZE, 3);
    munmap(p, SIZE);
    close(end);
    discard(fd, "f");
}

// One renames a file to and fro while the other reads the directory: each entry it sees has one of
// the two names. The second half of the buffer is a page that is not there, so that each copy is
// interrupted.
void entries_are_whole(void)
{
    enum { RENAMES = 3000 };
    static char names[2][DIRSIZ + 1];
    struct dirent entry;
    int status;
    memset(names[0], 'x', DIRSIZ);
    memset(names[1], 'y', DIRSIZ);
    close(new_file(names[0]));
    int pid = must_fork();
    if (pid == 0) {
        for (int i = 0; i < RENAMES; i++)
            expect(rename(names[i % 2], names[1 - i % 2]) == 0, "rename %d", i);
        exit(0);
    }
    int fd = open(".", O_RDONLY);
    char *p = mmap(0, 2 * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *buf = p + PGSIZE - 33; // an odd address: the copy goes byte by byte
    while (waitpid(pid, &status, WNOHANG) == 0) {
        lseek(fd, 2 * sizeof entry, SEEK_SET);
        for (int i = 0; i < 2; i++) {
            expect(madvise(p + PGSIZE, PGSIZE, MADV_DONTNEED) == 0, "madvise");
            int n = read(fd, buf, sizeof entry);
            memmove(&entry, buf, sizeof entry);
            if (n != sizeof entry || entry.inum == 0)
                continue;
            int letter = entry.name[0];
            expect(letter == 'x' || letter == 'y', "a name");
            expect(memcmp(entry.name, names[letter == 'y'], DIRSIZ) == 0,
                   "a name that there was: %c is not whole", letter);
        }
    }
    expect(status == 0, "the renames");
    munmap(p, 2 * PGSIZE);
    close(fd);
    unlink(names[RENAMES % 2]);
}
