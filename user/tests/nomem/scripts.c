// The scripts: what they do matters less than what they make the kernel allocate. Each works in
// the directory /nomem.dir and ignores failures.
#include "user/tests/nomem/nomem.h"

#include "user/lib/thread.h"

static char buf[40000];

static void wait_for_all(void)
{
    while (wait(0) > 0)
        ;
}

static void exec_true(int nargs)
{
    static char text[300];
    char *argv[MAXARG] = {"true"};
    memset(text, 't', sizeof(text) - 1);
    for (int i = 1; i <= nargs; i++)
        argv[i] = text;
    exec("/true", argv);
    exit(1);
}

static void fork_exec(void)
{
    if (fork() == 0)
        exec_true(0);
    wait_for_all();
}

static void exec_arguments(void)
{
    if (fork() == 0)
        exec_true(20);
    wait_for_all();
}

static void pipes(void)
{
    int ends[2];
    if (pipe(ends) < 0)
        return;
    if (fork() == 0) {
        close(ends[0]);
        write(ends[1], buf, sizeof(buf));
        exit(0);
    }
    close(ends[1]);
    read_all(ends[0], buf, sizeof(buf));
    close(ends[0]);
    wait_for_all();
}

static void file_life(void)
{
    int fd = open("file", O_CREATE | O_RDWR);
    write(fd, buf, 9000);
    lseek(fd, 0, SEEK_SET);
    read(fd, buf, 9000);
    fsync(fd);
    ftruncate(fd, 100);
    close(fd);
    unlink("file");
}

static void directories(void)
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
}

static void heap(void)
{
    char *p = sbrk(40 * PGSIZE);
    if (p == SBRK_ERROR)
        return;
    for (int i = 0; i < 40; i++)
        p[i * PGSIZE] = p[i * PGSIZE + 1];
    p = sys_sbrk(3L << 30, SBRK_LAZY);
    if (p != SBRK_ERROR) {
        p[1L << 30] = p[2L << 30];
        sys_sbrk(-(3L << 30), SBRK_LAZY);
    }
}

static void many_files(void)
{
    int fds[20];
    for (int i = 0; i < 20; i++)
        fds[i] = i % 2 ? open("/README", O_RDONLY) : dup(0);
    for (int i = 0; i < 20; i++)
        close(fds[i]);
}

static void symlinks(void)
{
    char target[64];
    symlink("/README", "s");
    symlink("s", "t");
    readlink("t", target, sizeof(target));
    close(open("t", O_RDONLY));
    close(open("t", O_RDONLY | O_NOFOLLOW));
    unlink("t");
    unlink("s");
}

// Needs doubly indirect blocks, and more than one transaction.
static void big_file(void)
{
    int fd = open("big", O_CREATE | O_RDWR);
    for (int i = 0; i < 5; i++)
        write(fd, buf, sizeof(buf));
    lseek(fd, 5000000, SEEK_SET);
    write(fd, buf, sizeof(buf));
    close(fd);
    unlink("big");
}

static void fork_tree(void)
{
    static char page[4 * PGSIZE];
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            fork();
            page[0] = page[2 * PGSIZE] = 1; // copies
            wait_for_all();
            exit(0);
        }
    }
    page[PGSIZE] = 2;
    wait_for_all();
}

static volatile int alarmed;

static void forking_handler(void)
{
    fork();
    alarmed = 1;
    sigreturn();
}

// A child that is traced, restricted and in its alarm's handler when it forks.
static void fork_in_alarm(void)
{
    if (fork() == 0) {
        trace(0);
        interpose(0, "-");
        if (sigalarm(1, forking_handler) == 0)
            while (!alarmed)
                ;
        wait_for_all();
        exit(0);
    }
    wait_for_all();
}

// Every kind of mapping: made, cut in three, touched by this process and a child, written by
// another.
static void use_mapping(int flags, int fd)
{
    char *p = mmap(0, 5 * PGSIZE, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (p == MAP_FAILED)
        return;
    mprotect(p + PGSIZE, PGSIZE, PROT_READ);
    munmap(p + 3 * PGSIZE, PGSIZE);
    read(fd, p, 10);
    p[4 * PGSIZE] = p[PGSIZE];
    int pid = fork();
    if (pid == 0) {
        p[0] = p[2 * PGSIZE] = 1;
        pause(1);
        exit(0);
    }
    if (pid > 0)
        procmem_write(pid, p + PGSIZE, buf, PGSIZE);
    msync(p, 3 * PGSIZE, MS_SYNC);
    madvise(p, 3 * PGSIZE, MADV_DONTNEED);
    wait_for_all();
}

static void mappings(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        for (int with_file = 0; with_file < 2; with_file++) {
            if (fork() == 0) {
                int fd = open("mapped", O_CREATE | O_RDWR);
                ftruncate(fd, 5 * PGSIZE);
                use_mapping(flags | (with_file ? 0 : MAP_ANONYMOUS), with_file ? fd : -1);
                exit(0);
            }
            wait_for_all();
        }
    }
    unlink("mapped");
}

static int use_memory(void *arg)
{
    char *p = sbrk(2 * PGSIZE);
    if (p != SBRK_ERROR)
        p[0] = 1;
    return arg != 0;
}

static void threads(void)
{
    if (fork() == 0) {
        struct thread t[3];
        int started[3];
        for (int i = 0; i < 3; i++)
            started[i] = thread_create(&t[i], use_memory, 0) == 0;
        fork();
        for (int i = 0; i < 3; i++)
            if (started[i])
                thread_join(&t[i], 0);
        exit(0);
    }
    wait_for_all();
}

const struct script scripts[] = {
    {"fork_exec", fork_exec},
    {"exec_arguments", exec_arguments},
    {"pipes", pipes},
    {"file_life", file_life},
    {"directories", directories},
    {"heap", heap},
    {"many_files", many_files},
    {"symlinks", symlinks},
    {"big_file", big_file},
    {"fork_tree", fork_tree},
    {"fork_in_alarm", fork_in_alarm},
    {"mappings", mappings},
    {"threads", threads},
    {0, 0},
};
