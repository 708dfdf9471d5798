// Addresses, the heap, fork and exec. Numbers are those of the list of known bugs.
#include "kernel/riscv.h"
#include "user/tests/bugs/bugs.h"

#define GB (1L << 30)

static void load_byte(void *arg)
{
    volatile char *p = arg;
    __asm__ volatile("" : "+r"(p)); // so that the compiler does not see the null pointer
    exit(*p & 0);
}

static void nothing(void *arg) { (void)arg; }

// 10
void null_pointer(void)
{
    expect(status_of(load_byte, 0) == -1, "a load through a null pointer kills");
    expect(open(0, O_RDONLY) == -1 && errno == EFAULT, "a system call refuses it");
}

// 17: one argument more than there may be.
void too_many_arguments(void)
{
    char *argv[MAXARG + 2];
    for (int i = 0; i <= MAXARG; i++)
        argv[i] = "x";
    argv[MAXARG + 1] = 0;
    expect(exec("/true", argv) == -1 && errno == E2BIG, "E2BIG");
    static char big[ARGMAX];
    memset(big, 'b', ARGMAX - 1);
    argv[1] = big;
    argv[2] = 0;
    expect(exec("/true", argv) == -1 && errno == E2BIG, "E2BIG for long arguments");
}

// 25: an exec that fails leaves the caller as it was.
void failed_exec_keeps_all(void)
{
    char *argv[] = {"x", 0};
    char *heap = sbrk(4 * PGSIZE);
    memset(heap, 'h', 4 * PGSIZE);
    for (int i = 0; i < 20; i++) {
        expect(exec("/none", argv) == -1 && errno == ENOENT, "no file");
        expect(exec("/README", argv) == -1 && errno == ENOEXEC, "no program");
        expect(exec("/", argv) == -1, "a directory");
        expect(exec("/console", argv) == -1, "a device");
    }
    for (int i = 0; i < 4 * PGSIZE; i++)
        expect(heap[i] == 'h', "heap stays");
    expect(sbrk(0) == heap + 4 * PGSIZE, "break stays");
    expect(status_of(nothing, 0) == 0, "fork still works");
}

// 24: programs are loaded while others read files and write.
static void read_and_write(void)
{
    static char buf[20000];
    for (int i = 0; i < 50; i++) {
        int fd = open("/cat", O_RDONLY);
        int null = open("/null", O_WRONLY);
        int n = read(fd, buf, sizeof(buf));
        expect(n > 0 && buf[1] == 'E' && write(null, buf, n) == n, "read, write");
        close(fd);
        close(null);
    }
    exit(0);
}

static void exec_true(void *arg)
{
    char *argv[] = {"true", 0};
    (void)arg;
    exec("/true", argv);
    exit(1);
}

void exec_while_others_run(void)
{
    int status;
    for (int i = 0; i < 2; i++)
        if (must_fork() == 0)
            read_and_write();
    if (must_fork() == 0) {
        for (int i = 0; i < 50; i++)
            expect(status_of(exec_true, 0) == 0, "exec");
        exit(0);
    }
    for (int i = 0; i < 3; i++)
        expect(wait(&status) > 0 && status == 0, "all end well");
}

// 25: the break shrinks and grows over the same addresses, across a root entry.
void break_up_and_down(void)
{
    char *start = sbrk(0);
    for (int i = 0; i < 20; i++) {
        expect(sys_sbrk(2 * GB, SBRK_LAZY) == start, "grow");
        start[2 * GB - 1] = start[GB] = start[0] = i;
        expect(status_of(nothing, 0) == 0, "fork");
        expect(start[2 * GB - 1] == i && start[GB] == i, "memory stays");
        sys_sbrk(-2 * GB, SBRK_LAZY);
        expect(status_of(load_byte, start + GB) == -1, "what was given back is gone");
    }
}

// The break is more than 32 bits wide.
void break_above_2g(void)
{
    char *start = sbrk(0);
    for (long i = 0; i < 8; i++)
        expect(sbrklazy(GB) == start + i * GB, "break above %ld GiB", i);
    start[7 * GB] = 7;
    expect(start[7 * GB] == 7, "memory above 4 GiB");
}

// 26: pages of a lazy heap that were never touched are skipped at fork, shrink and exit.
static void touch_every_other(void *arg)
{
    char *p = sbrklazy(GB);
    (void)arg;
    expect(p != SBRK_ERROR, "sbrklazy");
    for (long i = 0; i < GB; i += 17 * 1000 * PGSIZE)
        p[i] = 1;
    expect(status_of(nothing, 0) == 0, "fork");
    sbrk(-GB / 2);
    expect(status_of(nothing, 0) == 0, "fork after shrinking");
    expect(p[0] == 1 && p[17 * 1000 * PGSIZE] == 1 && p[PGSIZE] == 0, "memory stays");
}

void holes_in_heap(void) { expect(status_of(touch_every_other, 0) == 0, "a heap with holes"); }

// 25: roots and tables of processes that ended, or whose exec failed, are given back.
static void fork_and_fail_exec(void *arg)
{
    char *argv[] = {"x", 0};
    exec("/README", argv);
    exec("/none", argv);
    exec_true(arg);
}

void fork_exit_leaks_nothing(void)
{
    struct sysinfo before;
    for (int i = 0; i < 20; i++)
        status_of(fork_and_fail_exec, 0);
    leak_start(&before);
    for (int i = 0; i < 200; i++)
        expect(status_of(fork_and_fail_exec, 0) == 0, "child");
    struct sysinfo after;
    leak_check(&before, 0);
    expect(sysinfo(&after) == 0 && after.freemem + 100 * PGSIZE > before.freemem,
           "no page a process is lost: %lu before, %lu after", before.freemem, after.freemem);
}

static void store_to_text(void *arg) { *(volatile uint *)arg = 0; }

void text_is_read_only(void)
{
    int ends[2];
    expect(status_of(store_to_text, (void *)store_to_text) == -1, "a store to text kills");
    expect(pipe(ends) == 0 && write(ends[1], "xyz", 3) == 3, "pipe");
    expect(read(ends[0], (void *)store_to_text, 3) == -1, "the kernel does not write it either");
}

void killed_status(void)
{
    int status;
    for (int i = 0; i < 50; i++) {
        int pid = must_fork();
        if (pid == 0)
            for (;;)
                getpid();
        expect(kill(pid) == 0 && wait(&status) == pid && status == -1, "killed: status -1");
    }
}

// All processes of a fork bomb end by themselves once fork fails; the rest of the system lives.
static void bomb(int depth)
{
    int pid = -1;
    for (int i = 0; i < 4 && depth > 0; i++) {
        if ((pid = fork()) < 0)
            break;
        if (pid == 0)
            depth--, i = -1; // the child starts over, one generation down
    }
    while (wait(0) > 0)
        ;
    exit(0);
}

void fork_bomb_ends(void)
{
    int status, pid = must_fork();
    if (pid == 0)
        bomb(5);
    expect(waitpid(pid, &status, 0) == pid && status == 0, "the bomb ends");
    expect(status_of(exec_true, 0) == 0, "fork and exec work again");
}

// exec with all memory but a few pages promised to its parent: it works or fails, no more.
static void exec_with_pages_left(void *arg)
{
    errno = 0; // its page is the parent's too: get the copy while there is memory
    while (sbrk(PGSIZE) != SBRK_ERROR)
        ;
    sys_sbrk(-(long)arg * PGSIZE, SBRK_EAGER);
    exec_true(0);
}

void exec_at_low_memory(void)
{
    for (long left = 0; left < 40; left++) {
        int status = status_of(exec_with_pages_left, (void *)left);
        expect(status == 0 || status == 1 || status == -1, "an end, not %d", status);
    }
    expect(status_of(exec_true, 0) == 0, "exec works again");
}
