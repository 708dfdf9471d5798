// grind's operations on processes, pipes, memory and floating-point registers.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/sysinfo.h"
#include "user/bin/grind/grind.h"

// Waits for a child and compares its status. -1 (killed) is right, too: memory may have been short.
static void expect_child(int pid, int expected)
{
    int status;
    if (waitpid(pid, &status, 0) != pid)
        broken("waitpid lost the child");
    if (status != expected && status != -1)
        broken("wrong exit status");
}

static void fork_and_exit(void)
{
    int status = pick(256), pid = fork();
    if (pid == 0)
        exit(status);
    if (pid > 0)
        expect_child(pid, status);
}

static void fork_orphan(void)
{
    int pid = fork();
    if (pid == 0) {
        if (fork() == 0)
            pause(1);
        exit(0);
    }
    if (pid > 0)
        expect_child(pid, 0);
}

static void fork_and_kill(void)
{
    int pid = fork();
    if (pid == 0) {
        if (pick(2))
            pause(1000);
        for (;;)
            getpid();
    }
    if (pid < 0)
        return;
    if (pick(4) == 0)
        pause(1);
    if (kill(pid) < 0)
        broken("cannot kill a child");
    expect_child(pid, -1);
}

static void exec_program(void)
{
    static char *const programs[][3] = {
        {"/true", NULL}, {"/echo", "x", NULL}, {"/none", NULL}, {"a", NULL}};
    char *const *argv = programs[pick(4)];
    int pid = fork();
    if (pid == 0) {
        close(1);
        open("/null", O_WRONLY);
        exec(argv[0], (char **)argv);
        exit(argv == programs[0]);
    }
    if (pid > 0 && argv != programs[0])
        waitpid(pid, NULL, 0);
    else if (pid > 0)
        expect_child(pid, 0);
}

static void pipe_transfer(void)
{
    static uchar out[40000], in[40000];
    int ends[2], n = pick(sizeof(out));
    if (pipe(ends) < 0)
        return;
    int pid = fork();
    if (pid == 0) {
        close(ends[0]);
        for (int i = 0; i < n; i++)
            out[i] = i * 7;
        exit(write_all(ends[1], out, n) < 0 ? 1 : 0);
    }
    close(ends[1]);
    if (pid > 0) {
        int got = read_all(ends[0], in, sizeof(in)), status;
        waitpid(pid, &status, 0);
        if (status == 0 && got != n)
            broken("pipe lost bytes");
        for (int i = 0; i < got; i++)
            if (in[i] != (uchar)(i * 7))
                broken("pipe changed bytes");
    }
    close(ends[0]);
}

static void broken_pipe(void)
{
    int ends[2];
    char c;

    if (pipe(ends) < 0)
        return;
    if (pick(2)) {
        close(ends[0]);
        if (write(ends[1], "x", 1) != -1)
            broken("write to a pipe without readers");
        close(ends[1]);
    } else {
        close(ends[1]);
        if (read(ends[0], &c, 1) != 0)
            broken("read from a pipe without writers");
        close(ends[0]);
    }
}

static void grow_and_shrink(void)
{
    int n = pick(64) * PGSIZE + pick(PGSIZE) + 1;
    char *p = pick(2) ? sbrk(n) : sbrklazy(n);
    if (p == SBRK_ERROR)
        return;
    for (int i = 0; i < n; i += PGSIZE)
        if (p[i] != 0)
            broken("new memory is not zero");
    for (int i = 0; i < n; i += PGSIZE)
        p[i] = i / PGSIZE;
    for (int i = 0; i < n; i += PGSIZE)
        if (p[i] != (char)(i / PGSIZE))
            broken("memory does not hold");
    if (sbrk(-n) != p + n)
        broken("wrong break");
}

// Parent and child write to the same pages. Neither may see what the other has written.
static void copy_on_write(void)
{
    static char shared[16 * PGSIZE];
    int mark = pick(100);

    memset(shared, mark, sizeof(shared));
    int pid = fork();
    char own = pid == 0 ? mark + 1 : mark + 2;
    int bad = 0;
    for (uint i = pick(PGSIZE); i < sizeof(shared); i += PGSIZE) {
        if (shared[i] != mark)
            bad = 1;
        shared[i] = own;
        if (shared[i] != own)
            bad = 1;
    }
    if (pid == 0)
        exit(bad);
    if (bad)
        broken("copy on write");
    if (pid > 0)
        expect_child(pid, 0);
}

// Adds up numbers in floating-point registers, with system calls and switches in between.
static void floating_point(void)
{
    double sum = 0, step = 1 + pick(1000);
    int n = 20 + pick(200);
    for (int i = 0; i < n; i++) {
        sum += step / 4;
        if (i % 16 == 0)
            getpid();
    }
    if (sum * 4 != step * n)
        broken("wrong sum");
}

static void many_descriptors(void)
{
    int fds[NOFILE], n = 0;

    for (; n < NOFILE; n++) {
        fds[n] = pick(2) ? dup(0) : open("/zero", O_RDONLY);
        if (fds[n] < 0)
            break;
    }
    if (n == NOFILE)
        broken("more descriptors than NOFILE");
    for (n--; n >= 0; n--)
        if (close(fds[n]) < 0)
            broken("close failed");
}

static void take_a_rest(void)
{
    struct sysinfo info;

    if (pick(8) == 0)
        pause(1);
    if (sysinfo(&info) < 0)
        broken("sysinfo failed");
    isolate(pick(2));
}

const struct operation process_operations[] = {
    {"fork_and_exit", fork_and_exit},     {"fork_orphan", fork_orphan},
    {"fork_and_kill", fork_and_kill},     {"exec_program", exec_program},
    {"pipe_transfer", pipe_transfer},     {"broken_pipe", broken_pipe},
    {"grow_and_shrink", grow_and_shrink}, {"copy_on_write", copy_on_write},
    {"floating_point", floating_point},   {"many_descriptors", many_descriptors},
    {"take_a_rest", take_a_rest},         {NULL, NULL},
};
