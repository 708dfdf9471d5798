// Files that are used after their last name was removed: such a file is whole while a process has
// it open, and free as soon as no process has.
#include "user/tests/usertests/names.h"

struct sysinfo in_use(void)
{
    struct sysinfo s = {0};
    expect(sync() == 0 && sysinfo(&s) == 0, "sysinfo");
    return s;
}

// A file of some blocks, an indirect one among them, opened and without a name.
#define BLOCKS (NDIRECT + 6)

static int open_nameless(void)
{
    static char block[BSIZE];
    int fd = open("f", O_CREATE | O_EXCL | O_RDWR);
    expect(fd >= 0, "create");
    for (int i = 0; i < BLOCKS; i++) {
        memset(block, i + 1, sizeof(block));
        expect(write(fd, block, sizeof(block)) == sizeof(block), "write");
    }
    WORKS(unlink("f"));
    return fd;
}

void expect_back(const struct sysinfo *before)
{
    struct sysinfo after = in_use();
    expect(after.freeinodes == before->freeinodes, "%lu free inodes, not %lu", before->freeinodes,
           after.freeinodes);
    expect(after.freeblocks == before->freeblocks, "%lu free blocks, not %lu", before->freeblocks,
           after.freeblocks);
}

// known 22, labs 13.
void unlinked_inode_comes_back(void)
{
    static char block[BSIZE];
    struct sysinfo before = in_use();
    int fd = open_nameless();
    struct sysinfo open_yet = in_use();
    expect(open_yet.freeinodes == before.freeinodes - 1, "its inode is in use");
    expect(open_yet.freeblocks == before.freeblocks - BLOCKS - 1, "its blocks are in use");
    WORKS(lseek(fd, 0, SEEK_SET));
    for (int i = 0; i < BLOCKS; i++) {
        expect(read(fd, block, sizeof(block)) == sizeof(block), "read");
        for (int k = 0; k < BSIZE; k++)
            expect(block[k] == i + 1, "block %d is as it was written", i);
    }
    int other = dup(fd);
    close(fd);
    expect(in_use().freeinodes == open_yet.freeinodes, "a second descriptor keeps it");
    close(other);
    expect_back(&before);
}

// labs 13: nobody closes it.
void orphan_of_ended(void)
{
    struct sysinfo before = in_use();
    if (must_fork() == 0) {
        open_nameless();
        exit(0);
    }
    expect_children(1);
    expect_back(&before);
}

void orphan_of_killed(void)
{
    char c;
    int fds[2], status;
    struct sysinfo before = in_use();
    WORKS(pipe(fds));
    int pid = must_fork();
    if (pid == 0) {
        open_nameless();
        write(fds[1], "", 1);
        for (;;)
            pause(100);
    }
    expect(read(fds[0], &c, 1) == 1 && kill(pid) == 0, "the child has its file");
    expect(waitpid(pid, &status, 0) == pid && status == -1, "and is killed");
    expect_back(&before);
}

// exec keeps it open.
void orphan_over_exec(void)
{
    struct sysinfo before = in_use();
    int fds[2], n = 0;
    char text[16];
    make_file("f", "kept");
    WORKS(pipe(fds));
    if (must_fork() == 0) {
        close(0);
        expect(open("f", O_RDONLY) == 0 && unlink("f") == 0, "standard input has no name");
        dup2(fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        exec("/cat", (char *[]){"cat", 0});
        exit(1);
    }
    close(fds[1]);
    n = read_all(fds[0], text, sizeof(text));
    expect(n == 4 && memcmp(text, "kept", 4) == 0, "cat reads it");
    close(fds[0]);
    expect_children(1);
    expect_back(&before);
}

static void copy_file(const char *from, const char *to)
{
    static char block[BSIZE];
    int n, in = open(from, O_RDONLY), out = open(to, O_CREATE | O_EXCL | O_WRONLY);
    expect(in >= 0 && out >= 0, "open %s and %s", from, to);
    while ((n = read(in, block, sizeof(block))) > 0)
        expect(write(out, block, n) == n, "write %s", to);
    close(in);
    close(out);
}

// The program's pages come from a file without a name, and its blocks from one that was freed.
void removed_program(void)
{
    int to[2], from[2];
    char text[16];
    copy_file("/cat", "program");
    expect(pipe(to) == 0 && pipe(from) == 0, "pipe");
    if (must_fork() == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[0]);
        close(to[1]);
        close(from[0]);
        close(from[1]);
        exec("program", (char *[]){"cat", 0});
        exit(1);
    }
    close(to[0]);
    close(from[1]);
    expect(write(to[1], "one", 3) == 3 && read(from[0], text, sizeof(text)) == 3,
           "the program runs");
    WORKS(unlink("program"));
    copy_file("/echo", "program"); // would take its blocks
    expect(write(to[1], "four", 4) == 4 && read(from[0], text, sizeof(text)) == 4,
           "the program still runs");
    expect(memcmp(text, "four", 4) == 0, "and does what it did");
    close(to[1]);
    expect_children(1);
    WORKS(unlink("program"));
}

// known 20: a name is made, removed and made as a directory, by two processes.
void unlink_while_created(void)
{
    struct stat st;
    int child = must_fork();
    for (int i = 0; i < 300; i++) {
        int fd = open("same", O_CREATE | O_RDWR);
        expect(fd >= 0 || errno == EISDIR, "a file, or EISDIR");
        if (fd >= 0) {
            expect(fstat(fd, &st) == 0 && st.type == T_FILE && st.nlink <= 1 && st.size <= 1,
                   "a file");
            expect(write(fd, "x", 1) == 1 && close(fd) == 0, "write");
        }
        expect(unlink("same") == 0 || errno == ENOENT, "unlink: ENOENT");
        expect(mkdir("same") == 0 || errno == EEXIST, "mkdir: EEXIST");
    }
    if (child == 0)
        exit(0);
    expect_children(1);
    unlink("same");
}

// Inodes that are freed and made again at once, by several processes, are never mixed up.
void reuse_freed_inodes(void)
{
    for (int id = 0; id < 3; id++) {
        if (must_fork() == 0) {
            char name[2] = {'a' + id, 0};
            for (int i = 0; i < 100; i++) {
                make_file(name, name);
                int fd = open(name, O_RDONLY);
                char c = 0;
                expect(unlink(name) == 0 && read(fd, &c, 1) == 1 && c == name[0], "its own text");
                expect(read(fd, &c, 1) == 0 && close(fd) == 0, "and no more");
            }
            exit(0);
        }
    }
    expect_children(3);
}
