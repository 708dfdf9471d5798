// What the areas about processes share: see procs_help.h.
#include "user/tests/usertests/procs_help.h"

int start_child(void (*f)(void *arg), void *arg)
{
    int pid = must_fork();
    if (pid == 0) {
        f(arg);
        exit(0);
    }
    return pid;
}

void sleep_on(void *arg)
{
    (void)arg;
    for (;;)
        pause(10000);
}

void spin_on(void *arg)
{
    (void)arg;
    for (;;)
        __asm__ volatile("");
}

void read_and_write(void *arg)
{
    static char large[20000];
    (void)arg;
    for (int i = 0; i < 40; i++) {
        int fd = open("/cat", O_RDONLY), null = open("/null", O_WRONLY);
        int n = read(fd, large, sizeof(large));
        expect(n == sizeof(large) && memcmp(large, "\177ELF", 4) == 0 && write(null, large, n) == n,
               "read, write");
        close(fd);
        close(null);
    }
}

int state_of(int pid)
{
    struct procinfo info;
    return procinfo(pid, &info) == pid ? info.state : -1;
}

void wait_called(int pid, const char *name)
{
    struct procinfo info = {.name = ""};
    for (int i = 0; i < 1000 && strcmp(info.name, name) != 0; i++) {
        pause(i > 0);
        expect(procinfo(pid, &info) == pid && info.state != PS_ZOMBIE, "process %d runs", pid);
    }
    expect(strcmp(info.name, name) == 0, "process %d runs as %s, not %s", pid, name, info.name);
}

// Seen so twice, a tick apart: a process also sleeps for a moment when procinfo looks at its memory
// just as it wants it.
void wait_asleep(int pid)
{
    int seen = 0;
    for (int i = 0; i < 1000 && seen < 2; i++) {
        pause(1);
        seen = state_of(pid) == PS_SLEEPING ? seen + 1 : 0;
    }
    expect(seen == 2, "process %d sleeps, its state is %d", pid, state_of(pid));
}

void wait_zombie(int pid)
{
    for (int i = 0; i < 1000 && state_of(pid) != PS_ZOMBIE; i++)
        pause(1);
    expect(state_of(pid) == PS_ZOMBIE, "process %d ends, its state is %d", pid, state_of(pid));
}

void expect_status(int pid, int status)
{
    int got = ~status;
    int r = waitpid(pid, &got, 0);
    expect(r == pid && got == status, "waitpid(%d) finds status %d, not %d and status %d", pid,
           status, r, got);
}

void expect_killed(int pid)
{
    expect(kill(pid) == 0, "kill(%d) works", pid);
    expect_status(pid, -1);
}

void must_pipe(int ends[2]) { expect(pipe(ends) == 0, "pipe works"); }

char read_byte(int fd)
{
    char c;
    expect(read(fd, &c, 1) == 1, "a byte comes");
    return c;
}

void expect_end_of_file(int fd)
{
    char c;
    int n = read(fd, &c, 1);
    expect(n == 0, "end of file, not %d", n);
}

int run_program(const char *path, char **argv, char *out, int size)
{
    int ends[2], status;
    must_pipe(ends);
    int pid = must_fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        exec(path, argv);
        exit(127);
    }
    close(ends[1]);
    int n = read_all(ends[0], out, size - 1);
    out[n < 0 ? 0 : n] = 0;
    close(ends[0]);
    expect(waitpid(pid, &status, 0) == pid, "%s is waited for", path);
    return status;
}

// errno's page is written first: it must be this process's own before memory is gone.
void take_memory(long pages_left)
{
    errno = 0;
    for (long step = 1024 * PGSIZE; step >= PGSIZE; step /= 2)
        while (sys_sbrk(step, SBRK_EAGER) != SBRK_ERROR)
            ;
    if (pages_left > 0)
        sys_sbrk(-pages_left * PGSIZE, SBRK_EAGER);
}
