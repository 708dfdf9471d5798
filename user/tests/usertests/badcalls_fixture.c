// What the calls are tried on: a file, two pipes, and the state of the system around them.
#include "user/tests/usertests/badcalls.h"

static char buf[FILE_SIZE + 1];
static struct sysinfo state;

char pattern(int i) { return 'a' + i % 23; }

static void make_file(struct fixture *f)
{
    for (int i = 0; i < FILE_SIZE; i++)
        buf[i] = pattern(i);
    f->file = open(FILE_NAME, O_CREATE | O_RDWR | O_TRUNC);
    expect(f->file >= 0 && write(f->file, buf, FILE_SIZE) == FILE_SIZE, "make " FILE_NAME);
    lseek(f->file, 0, SEEK_SET);
}

void fixture_make(struct fixture *f)
{
    expect(mkdir(SUB_DIR) == 0 && symlink("somewhere", LINK_NAME) == 0, "mkdir, symlink");
    make_file(f);
    expect(pipe(f->pipe_in) == 0 && pipe(f->pipe_out) == 0, "pipe");
    expect(write(f->pipe_in[1], buf, PIPE_FILL) == PIPE_FILL, "fill the pipe");
    sync();
    sysinfo(&state);
}

void fixture_remove(struct fixture *f)
{
    close(f->file);
    for (int i = 0; i < 2; i++) {
        close(f->pipe_in[i]);
        close(f->pipe_out[i]);
    }
    expect(unlink(FILE_NAME) == 0 && unlink(SUB_DIR) == 0 && unlink(LINK_NAME) == 0, "remove all");
}

// fd gives n bytes of the pattern, from byte `from` on.
static void check_bytes(const char *call, int fd, int from, int n)
{
    expect(read_all(fd, buf, n) == n, "%s: %d bytes from %d on", call, n, from);
    for (int i = 0; i < n; i++)
        expect(buf[i] == pattern(from + i), "%s: byte %d is as it was", call, from + i);
}

static void check_directory(const char *call, const char *path, const char *one, const char *two)
{
    char name[DIRSIZ + 1];
    int n = 0, fd = open(path, O_RDONLY);
    for (; next_name(fd, name) == 1; n++)
        expect(strcmp(name, one) == 0 || strcmp(name, two) == 0, "%s: no new file %s", call, name);
    expect(n == 1 + (two != one), "%s: %s holds %d files", call, path, n);
    close(fd);
}

void fixture_check(struct fixture *f, const char *call)
{
    struct sysinfo now;
    struct stat st;
    sysinfo(&now);
    expect(now.files == state.files, "%s: open files %lu as before, not %lu", call, state.files,
           now.files);
    expect(now.pipes == state.pipes, "%s: pipes as before", call);
    expect(now.inodes == state.inodes, "%s: inodes in core %lu as before, not %lu", call,
           state.inodes, now.inodes);
    expect(now.freeinodes == state.freeinodes, "%s: free inodes as before", call);
    expect(now.freeblocks == state.freeblocks, "%s: free blocks as before", call);
    expect(fstat(f->file, &st) == 0 && st.size == FILE_SIZE && st.nlink == 1, "%s: file as before",
           call);
    expect(getcwd(buf, sizeof(buf)) && strcmp(buf, test_directory) == 0, "%s: directory as before",
           call);
    check_directory(call, ".", SUB_DIR, LINK_NAME);
    check_directory(call, SUB_DIR, "file", "file");
}

void fixture_check_read(struct fixture *f, const char *call, int fd, long moved)
{
    if (moved < 0)
        moved = 0;
    if (fd == f->file) {
        expect(lseek(fd, 0, SEEK_CUR) == moved, "%s: offset %ld", call, moved);
        lseek(fd, 0, SEEK_SET);
        check_bytes(call, fd, 0, FILE_SIZE);
        lseek(fd, 0, SEEK_SET);
    } else if (fd == f->pipe_in[0]) {
        check_bytes(call, fd, moved, PIPE_FILL - moved);
        for (int i = 0; i < PIPE_FILL; i++)
            buf[i] = pattern(i);
        expect(write(f->pipe_in[1], buf, PIPE_FILL) == PIPE_FILL, "%s: fill the pipe again", call);
    }
}

// Puts the file right again whose first n bytes were written, with 'Z's.
static void check_written_file(const char *call, int fd, long n)
{
    expect(lseek(fd, 0, SEEK_CUR) == n, "%s: offset %ld", call, n);
    check_bytes(call, fd, n, FILE_SIZE - n);
    lseek(fd, 0, SEEK_SET);
    expect(read_all(fd, buf, n) == n, "%s: read back", call);
    expect_bytes(call, buf, n, 'Z');
    for (int i = 0; i < n; i++)
        buf[i] = pattern(i);
    lseek(fd, 0, SEEK_SET);
    expect(write(fd, buf, n) == n && lseek(fd, 0, SEEK_SET) == 0, "%s: put right again", call);
}

void fixture_check_write(struct fixture *f, const char *call, int fd, long moved)
{
    if (moved < 0)
        moved = 0;
    if (fd == f->file)
        check_written_file(call, fd, moved);
    if (fd != f->pipe_out[1])
        return;
    expect(size_of(f->pipe_out[0]) == moved, "%s: %ld bytes in the pipe", call, moved);
    expect(read_all(f->pipe_out[0], buf, moved) == moved, "%s: and come out", call);
    expect_bytes(call, buf, moved, 'Z');
}
