// readonlytest: a file system on a disk that cannot be written to. Each call that would change
// something fails with EROFS at once; all else goes on. `readonlytest -p` makes what it needs,
// while the disk can be written to.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

#define FOLDER "/readonlytest.d"
#define HOLE   (3 * PGSIZE) // size of the file h, of which the first pages are a hole

#define WORKS(call) expect((call) >= 0, "%s", #call " works")
#define FAILS(call, error)                                                                         \
    expect((errno = 0, (call) == -1 && errno == (error)), "%s", #call " fails with " #error)

static void prepare(void)
{
    int fd = -1;
    WORKS(mkdir(FOLDER));
    WORKS(chdir(FOLDER));
    WORKS(mkdir("d"));
    WORKS(symlink("f", "s"));
    WORKS(fd = open("f", O_CREATE | O_WRONLY));
    expect(write_all(fd, "text", 4) == 0, "f can be written");
    WORKS(close(fd));
    WORKS(fd = open("h", O_CREATE | O_WRONLY));
    WORKS(lseek(fd, HOLE - 1, SEEK_SET));
    expect(write_all(fd, "x", 1) == 0, "h can be written");
    WORKS(close(fd));
}

static void cannot_change(void)
{
    FAILS(open("f", O_WRONLY), EROFS);
    FAILS(open("f", O_RDWR | O_APPEND), EROFS);
    FAILS(open("s", O_RDWR), EROFS);
    FAILS(open("f", O_RDONLY | O_TRUNC), EROFS);
    FAILS(open("new", O_RDONLY | O_CREATE), EROFS);
    FAILS(mkdir("new"), EROFS);
    FAILS(mknod("new", 3, 0), EROFS);
    FAILS(symlink("f", "new"), EROFS);
    FAILS(link("f", "new"), EROFS);
    FAILS(rename("f", "new"), EROFS);
    FAILS(rename("f", "h"), EROFS);
    FAILS(unlink("f"), EROFS);
    FAILS(unlink("d"), EROFS);
    FAILS(mkdir("d"), EEXIST); // nothing was to be changed
    FAILS(unlink("none"), ENOENT);
}

static void can_read(void)
{
    char text[8];
    int fd = -1;
    WORKS(fd = open("f", O_RDONLY | O_CREATE)); // it is there
    expect(read(fd, text, sizeof(text)) == 4 && memcmp(text, "text", 4) == 0, "f holds `text'");
    FAILS(ftruncate(fd, 0), EBADF); // not opened to be written
    WORKS(fsync(fd));
    WORKS(close(fd));
    WORKS(sync());
    WORKS(chdir("d"));
    WORKS(chdir(".."));
}

static void can_map(void)
{
    int fd = -1;
    WORKS(fd = open("h", O_RDONLY));
    FAILS(mmap(0, HOLE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0, EACCES);
    char *shared = mmap(0, HOLE, PROT_READ, MAP_SHARED, fd, 0);
    char *own = mmap(0, HOLE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    expect(shared != MAP_FAILED && own != MAP_FAILED, "h can be mapped");
    expect(shared[0] == 0 && shared[PGSIZE] == 0 && shared[HOLE - 1] == 'x',
           "a shared mapping shows h");
    own[0] = 'y';
    own[HOLE - 1] = 'z';
    expect(shared[0] == 0 && shared[HOLE - 1] == 'x' && own[0] == 'y' && own[HOLE - 1] == 'z',
           "a private copy is one's own");
    WORKS(close(fd));
}

static void others_go_on(void)
{
    int fd = -1, end[2], status = -1;
    char c = 0;
    WORKS(fd = open("/null", O_WRONLY));
    expect(write(fd, "text", 4) == 4, "/null takes what it gets");
    WORKS(close(fd));
    WORKS(pipe(end));
    expect(write(end[1], "x", 1) == 1 && read(end[0], &c, 1) == 1 && c == 'x', "a pipe works");
    int pid = fork();
    if (pid == 0) {
        exec("/true", (char *[]){"true", 0});
        exit(1);
    }
    expect(waitpid(pid, &status, 0) == pid && status == 0, "a program runs");
}

int main(int argc, char **argv)
{
    test_name = "readonlytest";
    if (argc == 2 && strcmp(argv[1], "-p") == 0) {
        prepare();
        return 0;
    }
    if (argc != 1)
        usage("readonlytest [-p]");
    WORKS(chdir(FOLDER));
    cannot_change();
    can_read();
    can_map();
    others_go_on();
    printf("readonlytest: OK\n");
    return 0;
}
