// grind's calls with wrong arguments: each must fail, or at least do no harm.
#include "kernel/fcntl.h"
#include "kernel/memlayout.h"
#include "kernel/stat.h"
#include "kernel/syscall.h"
#include "user/bin/grind/grind.h"

static uint64 bad_address(void)
{
    const uint64 addresses[] = {
        0,
        8,
        KERNBASE,
        TRAPFRAME,
        TRAMPOLINE,
        MAXVA,
        0xffffffc080000000UL,
        ~0UL,
        1UL << 63,
        TRAPFRAME - 1000,
        0xdeadbeef,
        (uint64)rand() << 20,
    };

    return addresses[pick(sizeof(addresses) / sizeof(addresses[0]))];
}

static void *bad_pointer(void) { return (void *)bad_address(); }

static void wild_paths(void)
{
    char *path = bad_pointer();
    if (open(path, pick(2) ? O_RDONLY : O_CREATE) != -1 || unlink(path) != -1 ||
        mkdir(path) != -1 || chdir(path) != -1 || link(path, "a") != -1 || symlink(path, "a") != -1)
        broken("path at a bad address");
}

static void wild_buffers(void)
{
    char *buf = bad_pointer();
    int ends[2], n = 1 + pick(20000);
    if (pipe(ends) < 0)
        return;
    if (write(ends[1], buf, n) > 0 || pipe((int *)buf) != -1 || fstat(0, (struct stat *)buf) != -1)
        broken("buffer at a bad address");
    if (write(ends[1], "xyz", 3) == 3 && read(ends[0], buf, 3) > 0)
        broken("read to a bad address");
    close(ends[0]);
    close(ends[1]);
}

static void wild_exec(void)
{
    char *argv[] = {"echo", bad_pointer(), NULL};
    if (argv[1] == NULL) // here it is not bad: it ends the arguments
        return;
    if (exec("/echo", argv) != -1 || exec(argv[1], argv) != -1 ||
        exec("/echo", bad_pointer()) != -1)
        broken("exec with bad addresses");
}

static void wild_descriptors(void)
{
    const int fds[] = {-1, NOFILE, NOFILE + 1, 1000, -1000, 0x7fffffff, 1 << 31};
    int fd = fds[pick(sizeof(fds) / sizeof(fds[0]))];
    char c;

    if (read(fd, &c, 1) != -1 || write(fd, &c, 1) != -1 || close(fd) != -1 || dup(fd) != -1 ||
        dup2(0, fd) != -1 || fsync(fd) != -1 || lseek(fd, 0, SEEK_SET) != -1)
        broken("bad descriptor accepted");
}

static void wild_counts(void)
{
    static char buf[64];
    int fd = open("../y", O_CREATE | O_RDWR);
    if (fd < 0)
        return;
    if (read(fd, buf, -1) != -1 || write(fd, buf, -pick(1000) - 1) != -1)
        broken("negative count accepted");
    if (read(fd, buf, 0) != 0 || write(fd, buf, 0) != 0)
        broken("count 0 refused");
    close(fd);
}

// A random call with random arguments, in a child. Of the calls with a known number only those are
// taken that cannot end the machine or touch other processes.
static void wild_call(void)
{
    static const uchar harmless[] = {
        SYS_fstat, SYS_dup,      SYS_uptime,   SYS_link,    SYS_mkdir, SYS_wait,     SYS_getcwd,
        SYS_pgpte, SYS_pgaccess, SYS_readlink, SYS_sysinfo, SYS_lseek, SYS_procinfo, SYS_open,
        SYS_pipe,  SYS_pgtable,  SYS_rename,   SYS_waitpid, SYS_sbrk,  SYS_write,    SYS_gettime};
    int pid = fork();
    if (pid != 0) {
        if (pid > 0)
            waitpid(pid, NULL, 0);
        return;
    }
    close(1);
    close(2);
    uint64 call = pick(8) ? harmless[pick(sizeof(harmless))] : 46 + rand();
    uint64 first = pick(2) ? bad_address() : (uint64)pick(5);
    uint64 second = pick(2) ? bad_address() : (uint64)pick(5);
    uint64 third = bad_address();
    register uint64 a7 __asm__("a7") = call;
    register uint64 a0 __asm__("a0") = first;
    register uint64 a1 __asm__("a1") = second;
    register uint64 a2 __asm__("a2") = third;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    exit(0);
}

static void wild_access(void)
{
    int pid, status;

    if (pick(8)) // only now and then: the kernel prints a line for each
        return;
    pid = fork();
    if (pid == 0) {
        close(1);
        *(volatile char *)bad_address() = 1;
        exit(0); // the address may be one of ours
    }
    if (pid > 0 && (waitpid(pid, &status, 0) != pid || (status != -1 && status != 0)))
        broken("wrong end of a child with a wild pointer");
}

const struct operation wild_operations[] = {
    {"wild_paths", wild_paths},   {"wild_buffers", wild_buffers},
    {"wild_exec", wild_exec},     {"wild_descriptors", wild_descriptors},
    {"wild_counts", wild_counts}, {"wild_call", wild_call},
    {"wild_access", wild_access}, {NULL, NULL},
};
