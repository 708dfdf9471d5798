// The scripts: what they do matters less than what they make the kernel allocate. Each works in
// the directory /nomem.dir and ignores failures.
#include "user/tests/nomem/nomem.h"

static char buf[40000];

// Waits for a child: whether it was harmed.
static int harmed(int pid)
{
    int status;
    if (pid < 0)
        return 0; // the failure came here
    while (waitpid(pid, &status, 0) != pid)
        if (errno != ENOMEM)
            return 1;
    return status != UNHARMED;
}

static void leave(int bad)
{
    exit(bad || reached() ? HARMED : UNHARMED);
}

static void exec_probe(int nargs)
{
    static char text[300];
    char *argv[MAXARG] = {"nomem", "probe"};
    memset(text, 't', sizeof(text) - 1);
    for (int i = 2; i < 2 + nargs; i++)
        argv[i] = text;
    exec("/nomem", argv);
    leave(1);
}

static int fork_exec(void)
{
    int pid = fork();
    if (pid == 0)
        exec_probe(0);
    return harmed(pid);
}

static int exec_arguments(void)
{
    int pid = fork();
    if (pid == 0)
        exec_probe(20);
    return harmed(pid);
}

static int pipes(void)
{
    int ends[2], bad = 0;
    if (pipe(ends) < 0)
        return 0;
    int pid = fork();
    if (pid == 0) {
        close(ends[0]);
        write(ends[1], buf, sizeof(buf));
        leave(0);
    }
    close(ends[1]);
    read_all(ends[0], buf, sizeof(buf));
    close(ends[0]);
    bad = harmed(pid);
    return bad;
}

static int file_life(void)
{
    int fd = open("file", O_CREATE | O_RDWR);
    write(fd, buf, 9000);
    lseek(fd, 0, SEEK_SET);
    read(fd, buf, 9000);
    fsync(fd);
    ftruncate(fd, 100);
    close(fd);
    unlink("file");
    return 0;
}

static int directories(void)
{
    mkdir("d");
    mkdir("d/e");
    close(open("d/f", O_CREATE | O_RDWR));
    rename("d/f", "d/e/g");
    rename("d/e", "h");
    link("h/g", "d/i");
    chdir("d");
    chdir("..");
    unlink("h/g");
    unlink("h");
    unlink("d/i");
    unlink("d/e/g");
    unlink("d/e");
    unlink("d/f");
    unlink("d");
    return 0;
}

static int heap(void)
{
    char *p = sbrk(40 * PGSIZE);
    if (p == SBRK_ERROR)
        return 0;
    for (int i = 0; i < 40; i++)
        p[i * PGSIZE] = p[i * PGSIZE + 1];
    p = sys_sbrk(3L << 30, SBRK_LAZY);
    if (p != SBRK_ERROR) {
        p[1L << 30] = p[2L << 30];
        sys_sbrk(-(3L << 30), SBRK_LAZY);
    }
    return 0;
}

static int many_files(void)
{
    int fds[20];
    for (int i = 0; i < 20; i++)
        fds[i] = i % 2 ? open("/README", O_RDONLY) : dup(0);
    for (int i = 0; i < 20; i++)
        close(fds[i]);
    return 0;
}

static int symlinks(void)
{
    char target[64];
    symlink("/README", "s");
    symlink("s", "t");
    readlink("t", target, sizeof(target));
    close(open("t", O_RDONLY));
    close(open("t", O_RDONLY | O_NOFOLLOW));
    unlink("t");
    unlink("s");
    return 0;
}

// Needs doubly indirect blocks, and more than one transaction.
static int big_file(void)
{
    int fd = open("big", O_CREATE | O_RDWR);
    for (int i = 0; i < 5; i++)
        write(fd, buf, sizeof(buf));
    lseek(fd, 5000000, SEEK_SET);
    write(fd, buf, sizeof(buf));
    close(fd);
    unlink("big");
    return 0;
}

static int fork_tree(void)
{
    static char page[4 * PGSIZE];
    int bad = 0, pids[2];
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            int pid = fork();
            page[0] = page[2 * PGSIZE] = 1; // copies
            if (pid == 0)
                leave(0);
            leave(harmed(pid));
        }
    }
    page[PGSIZE] = 2;
    for (int i = 0; i < 2; i++)
        bad |= harmed(pids[i]);
    return bad;
}

const struct script scripts[] = {
    {"fork_exec", fork_exec},   {"exec_arguments", exec_arguments},
    {"pipes", pipes},           {"file_life", file_life},
    {"directories", directories}, {"heap", heap},
    {"many_files", many_files}, {"symlinks", symlinks},
    {"big_file", big_file},     {"fork_tree", fork_tree},
    {0, 0},
};
