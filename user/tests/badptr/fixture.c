// What the calls are tried on: a file, two pipes, and the state of the system around them.
#include "user/tests/badptr/badptr.h"

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
    mkdir(DIR_NAME);
    make_file(f);
    expect(pipe(f->pipe_in) == 0 && pipe(f->pipe_out) == 0, "pipe");
    expect(write(f->pipe_in[1], buf, PIPE_FILL) == PIPE_FILL, "fill the pipe");
    sysinfo(&state);
}

void fixture_remove(struct fixture *f)
{
    close(f->file);
    for (int i = 0; i < 2; i++) {
        close(f->pipe_in[i]);
        close(f->pipe_out[i]);
    }
    unlink(FILE_NAME);
    unlink(DIR_NAME);
}

static void check_bytes(const char *call, int fd, int from, int n)
{
    expect(read_all(fd, buf, n) == n, "%s: %d bytes from %d on", call, n, from);
    for (int i = 0; i < n; i++)
        expect(buf[i] == pattern(from + i), "%s: byte %d is as it was", call, from + i);
}

void fixture_check(struct fixture *f, const char *call)
{
    struct sysinfo now;
    struct stat st;
    char name[DIRSIZ + 1];
    sysinfo(&now);
    expect(now.files == state.files, "%s: open files %lu as before, not %lu", call, state.files, now.files);
    expect(now.pipes == state.pipes, "%s: pipes as before", call);
    expect(now.inodes == state.inodes, "%s: inodes in core as before", call);
    expect(now.freeinodes == state.freeinodes, "%s: free inodes as before", call);
    expect(now.freeblocks == state.freeblocks, "%s: free blocks as before", call);
    expect(fstat(f->file, &st) == 0 && st.size == FILE_SIZE && st.nlink == 1, "%s: file as before", call);
    expect(getcwd(buf, sizeof(buf)) && strcmp(buf, "/") == 0, "%s: directory as before", call);
    int fd = open(DIR_NAME, O_RDONLY);
    expect(next_name(fd, name) == 1 && strcmp(name, "file") == 0 && next_name(fd, name) == 0,
           "%s: only file in the directory", call);
    close(fd);
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
        write(f->pipe_in[1], buf, PIPE_FILL);
    }
}

// Written bytes are 'Z'. The file is put right again.
void fixture_check_write(struct fixture *f, const char *call, int fd, long moved)
{
    if (moved < 0)
        moved = 0;
    if (fd == f->file) {
        expect(lseek(fd, 0, SEEK_CUR) == moved, "%s: offset %ld", call, moved);
        check_bytes(call, fd, moved, FILE_SIZE - moved);
        lseek(fd, 0, SEEK_SET);
        expect(read(fd, buf, moved) == moved, "%s: read back", call);
        for (int i = 0; i < moved; i++)
            expect(buf[i] == 'Z', "%s: byte %d is written", call, i);
        for (int i = 0; i < moved; i++)
            buf[i] = pattern(i);
        lseek(fd, 0, SEEK_SET);
        write(fd, buf, moved);
        lseek(fd, 0, SEEK_SET);
    } else if (fd == f->pipe_out[1]) {
        expect(moved == 0 || read(f->pipe_out[0], buf, moved) == moved, "%s: bytes in pipe", call);
        expect(write(fd, "x", 1) == 1 && read(f->pipe_out[0], buf, 2) == 1 && buf[0] == 'x',
               "%s: nothing more in the pipe", call);
    }
}
