// What programs include: the system calls and the part of the C library that programs written for
// xv6 rely on (ABI.md). A call that fails returns -1 and sets errno (kernel/errno.h).
//
// More of the library (string and number helpers, directory reading, messages) is in
// user/lib/util.h: it stays out of here because programs often bring functions of those names.
#ifndef USER_USER_H
#define USER_USER_H

#include <stdarg.h>
#include <stddef.h>

#include "kernel/errno.h"
#include "kernel/types.h"
#include "kernel/vm.h"

#define SBRK_ERROR ((char *)-1)

struct stat;
struct sysinfo;
struct procinfo;

typedef long off_t;

#define MAP_FAILED ((void *)-1)

// System calls: kernel/syscall.h has notes on those that are Twofold's own.
int fork(void);
int exit(int status) __attribute__((noreturn));
int wait(int *status);
int waitpid(int pid, int *status, int flags);
int pipe(int *fds);
int write(int fd, const void *buf, int n);
int read(int fd, void *buf, int n);
int close(int fd);
int kill(int pid);
int exec(const char *path, char **argv);
int open(const char *path, int flags);
int mknod(const char *path, short major, short minor);
int unlink(const char *path);
int fstat(int fd, struct stat *st);
int link(const char *old, const char *new);
int symlink(const char *target, const char *path);
int readlink(const char *path, char *buf, int n);
int rename(const char *old, const char *new);
int mkdir(const char *path);
int chdir(const char *path);
int dup(int fd);
int dup2(int fd, int to);
off_t lseek(int fd, off_t offset, int whence);
int ftruncate(int fd, off_t size);
int fsync(int fd);
int sync(void);
int getpid(void);
int getppid(void);
int setpgid(int pid, int pgid);
int tcsetpgrp(int fd, int pgid);
int tcshell(int fd);
char *sys_sbrk(long n, int how);
int sleep(int ticks);
int pause(int ticks);
int uptime(void);
int gettime(uint64 *ns);
int trace(int mask);
int interpose(int mask, const char *path);
int sysinfo(struct sysinfo *info);
int isolate(int on);
int procinfo(int pid, struct procinfo *info);
int pgtable(int pid, int root, uint64 va, int level, uint64 *table);
uint64 pgpte(void *va);
void kpgtbl(void);
int pgaccess(void *base, int pages, void *mask);
void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t len);
int mprotect(void *addr, size_t len, int prot);
int msync(void *addr, size_t len, int flags);
int madvise(void *addr, size_t len, int advice);
int failalloc(int n);
int sigalarm(int ticks, void (*handler)());
int sigreturn(void);
int backtrace(void);
int cpupin(int cpu);
int clone(void (*fn)(void *), void *arg, void *stack_top);
int join(int tid, int *status);
void thread_exit(int status) __attribute__((noreturn));
int futex(int *addr, int op, int value, int ticks);
int procmem_write(int pid, void *addr, const void *buf, int n);
int poweroff(int status);
int reboot(void);

// Moves the break by n bytes, returns the old one or SBRK_ERROR: memory that is promised
// (SBRK_EAGER), or provided at the first touch if there is any then (SBRK_LAZY).
char *sbrk(int n);
char *sbrklazy(int n);

char *getcwd(char *buf, int size); // buf, or 0

int ugetpid(void); // getpid without a system call: the kernel tells it on the process page

int *errno_of_thread(void);
#define errno (*errno_of_thread()) // each thread has its own (user/lib/thread.h)
const char *strerror(int error);
void perror(const char *what); // "what: reason" on standard error

int stat(const char *path, struct stat *st);
int statistics(void *buf, int n); // reads the device file "statistics"; how many bytes

char *strcpy(char *to, const char *from);
char *strchr(const char *s, int c);
int strcmp(const char *a, const char *b);
uint strlen(const char *s);
void *memset(void *to, int c, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memcpy(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
int atoi(const char *s);
char *gets(char *buf, int max);

// Flags - 0 +, width, precision (* too); d i u x X o p c s f %; l ll z h hh. A call's output of up
// to 512 bytes is one write.
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fprintf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

void *malloc(size_t n);
void free(void *p);

#endif
