// The rows of the table: what each operation does.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/bench/bench/bench.h"

#define KB 1024L
#define MB (1024 * KB)

#define FILE_NAME "/bench.tmp"

static char buf[64 * KB];
static int file = -1;
static int to_child[2], from_child[2];
static char *heap;

static void must(int ok, const char *what)
{
    if (!ok)
        fail("bench: %s", what);
}

static void wait_child(int pid)
{
    int status;
    must(pid > 0, "fork");
    must(waitpid(pid, &status, 0) == pid && status == 0, "child");
}

static void run_loop(long n)
{
    while (n-- > 0) {
        long turns = 1000;
        __asm__ volatile("1: addi %0, %0, -1; bnez %0, 1b" : "+r"(turns));
    }
}

static void run_null(long n)
{
    while (n-- > 0)
        getpid();
}

static void open_file(void)
{
    file = open(FILE_NAME, O_CREATE | O_RDWR | O_TRUNC);
    must(file >= 0 && write_all(file, buf, sizeof(buf)) == 0, "cannot make " FILE_NAME);
}

static void remove_file(void)
{
    close(file);
    unlink(FILE_NAME);
}

static void run_read1(long n)
{
    for (long i = 0; i < n; i++) {
        if (i % 4096 == 0)
            lseek(file, 0, SEEK_SET);
        must(read(file, buf, 1) == 1, "read");
    }
}

static void run_openclose(long n)
{
    while (n-- > 0)
        close(open(FILE_NAME, O_RDONLY));
}

static void run_fstat(long n)
{
    struct stat st;
    while (n-- > 0)
        fstat(file, &st);
}

static void run_stat(long n)
{
    struct stat st;
    while (n-- > 0)
        must(stat(FILE_NAME, &st) == 0, "stat");
}

static void open_pipe(void) { must(pipe(to_child) == 0, "pipe"); }

static void run_pipe1(long n)
{
    while (n-- > 0) {
        write(to_child[1], buf, 1);
        read(to_child[0], buf, 1);
    }
}

// Starts a child that sends each byte back.
static void start_echo(void)
{
    char c;

    must(pipe(to_child) == 0 && pipe(from_child) == 0, "pipe");
    int pid = fork();
    must(pid >= 0, "fork");
    if (pid > 0)
        return;
    close(to_child[1]);
    while (read(to_child[0], &c, 1) == 1)
        write(from_child[1], &c, 1);
    exit(0);
}

static void stop_echo(void)
{
    close(to_child[1]);
    wait(NULL);
}

static void run_pipe2(long n)
{
    while (n-- > 0) {
        write(to_child[1], buf, 1);
        must(read(from_child[0], buf, 1) == 1, "pipe");
    }
}

// Starts a child that reads everything. At the end of a run, what it has not read yet is at most
// what a pipe holds.
static void start_sink(void)
{
    must(pipe(to_child) == 0, "pipe");
    int pid = fork();
    must(pid >= 0, "fork");
    if (pid > 0)
        return;
    close(to_child[1]);
    while (read(to_child[0], buf, sizeof(buf)) > 0)
        ;
    exit(0);
}

static void run_pipe64k(long n)
{
    while (n-- > 0)
        must(write(to_child[1], buf, sizeof(buf)) == sizeof(buf), "pipe");
}

static void run_fork(long n)
{
    while (n-- > 0) {
        int pid = fork();
        if (pid == 0)
            exit(0);
        wait_child(pid);
    }
}

static void touch(char *p, long size)
{
    for (long i = 0; i < size; i += PGSIZE)
        p[i] = 1;
}

static void grow_8m(void)
{
    heap = sbrk(8 * MB);
    must(heap != SBRK_ERROR, "sbrk");
    touch(heap, 8 * MB);
}

static void run_forkwrite(long n)
{
    while (n-- > 0) {
        int pid = fork();
        if (pid == 0) {
            touch(heap, 8 * MB);
            exit(0);
        }
        wait_child(pid);
    }
}

static void run_forkexec(long n)
{
    static char *argv[] = {"true", NULL};

    while (n-- > 0) {
        int pid = fork();
        if (pid == 0) {
            exec("/true", argv);
            exit(1);
        }
        wait_child(pid);
    }
}

// Touches new pages, up to 1,000 at a time, and then gives them back.
static void run_touch(long n)
{
    while (n > 0) {
        long pages = n < 1000 ? n : 1000;
        char *p = sbrk(pages * PGSIZE);
        must(p != SBRK_ERROR, "sbrk");
        touch(p, pages * PGSIZE);
        sbrk(-pages * PGSIZE);
        n -= pages;
    }
}

static void create_one(int sync)
{
    int fd = open(FILE_NAME, O_CREATE | O_WRONLY);

    must(fd >= 0 && write(fd, buf, KB) == KB, "create");
    if (sync)
        fsync(fd);
    close(fd);
    must(unlink(FILE_NAME) == 0, "unlink");
}

static void run_create(long n)
{
    while (n-- > 0)
        create_one(0);
}

static void run_createsync(long n)
{
    while (n-- > 0)
        create_one(1);
}

static void run_write256k(long n)
{
    while (n-- > 0) {
        int fd = open(FILE_NAME, O_CREATE | O_TRUNC | O_WRONLY);
        for (int i = 0; i < 4; i++)
            must(write(fd, buf, sizeof(buf)) == sizeof(buf), "write");
        close(fd);
    }
}

static void write_256k(void)
{
    run_write256k(1);
    file = open(FILE_NAME, O_RDONLY);
    must(file >= 0, "open");
}

static void run_reread256k(long n)
{
    while (n-- > 0) {
        lseek(file, 0, SEEK_SET);
        for (int i = 0; i < 4; i++)
            must(read(file, buf, sizeof(buf)) == sizeof(buf), "read");
    }
}

#define REFILL_PAGES 128

// Makes pages whose translations the TLB forgets at each system call: in isolated mode a system
// call flushes the TLB.
static void forget_translations(void)
{
    heap = sbrk(REFILL_PAGES * PGSIZE);
    must(heap != SBRK_ERROR, "sbrk");
    touch(heap, REFILL_PAGES * PGSIZE);
    must(isolate(1) >= 0, "isolate");
}

// One operation is one page. The system call is only a small part of the cost of REFILL_PAGES
// pages.
static void run_refill(long n)
{
    for (; n > 0; n -= REFILL_PAGES) {
        getpid();
        for (long i = 0; i < REFILL_PAGES && i < n; i++)
            (void)*(volatile char *)(heap + i * PGSIZE);
    }
}

const struct row rows[] = {
    {"loop", "1,000 turns of an empty loop", 0, NULL, run_loop, NULL},
    {"null", "getpid", 0, NULL, run_null, NULL},
    {"refill", "a page that the TLB has forgotten", 0, forget_translations, run_refill, NULL},
    {"read1", "read 1 byte of a cached file", 0, open_file, run_read1, remove_file},
    {"openclose", "open, close", 0, open_file, run_openclose, remove_file},
    {"fstat", "fstat", 0, open_file, run_fstat, remove_file},
    {"stat", "stat of a path: open, fstat, close", 0, open_file, run_stat, remove_file},
    {"pipe1", "pipe: write, read 1 byte, one process", 0, open_pipe, run_pipe1, NULL},
    {"pipe2", "pipe: round trip of two processes", 0, start_echo, run_pipe2, stop_echo},
    {"pipe64k", "pipe: 64 KiB to another process", 64 * KB, start_sink, run_pipe64k, stop_echo},
    {"fork", "fork, exit, wait", 0, NULL, run_fork, NULL},
    {"fork8m", "the same, 8 MiB of heap, child idle", 0, grow_8m, run_fork, NULL},
    {"forkwrite8m", "the same, child writes every page", 0, grow_8m, run_forkwrite, NULL},
    {"forkexec", "fork, exec of a small program, wait", 0, NULL, run_forkexec, NULL},
    {"touch", "a new page touched", 0, NULL, run_touch, NULL},
    {"create", "create, write 1 KiB, close, unlink", 0, NULL, run_create, NULL},
    {"createsync", "the same with fsync", 0, NULL, run_createsync, NULL},
    {"write256k", "write 256 KiB by 64 KiB", 256 * KB, NULL, run_write256k, remove_file},
    {"reread256k", "read it from the cache", 256 * KB, write_256k, run_reread256k, remove_file},
    {.name = NULL},
};
