// The header that every program includes: the system calls, and the part of the C library that
// programs written for xv6 rely on (docs/book/abi.md). A call that fails returns -1 and sets errno
// (kernel/errno.h).
//
// More of the library (string and number helpers, directory reading, messages) is in
// user/lib/util.h: it stays out of here because programs often bring functions of those names.
#ifndef USER_USER_H
#define USER_USER_H

#include <stdarg.h>
#include <stddef.h>

#include "kernel/errno.h"
#include "kernel/syscall.h"
#include "kernel/types.h"
#include "kernel/vm.h"

#define SBRK_ERROR ((char *)-1)

typedef long off_t;

#define MAP_FAILED ((void *)-1)

// The system calls: for each entry of the table in kernel/syscall.h the prototype of the stub,
// sys_read, and of the function, read. The functions of the calls that are LIBRARY there stand
// below the table.
#define ARG(type, name)                 __typeof__(type) name
#define NO_ARGS                         void
#define STUB(number, name, result, ...) result sys_##name(__VA_ARGS__);
#define STUB_AND_NAME(number, name, result, ...)                                                   \
    STUB(number, name, result, __VA_ARGS__) result name(__VA_ARGS__);
SYSCALLS(STUB_AND_NAME, STUB)
#undef STUB_AND_NAME
#undef STUB
#undef NO_ARGS
#undef ARG

int exit(int status) __attribute__((noreturn));
void thread_exit(int status) __attribute__((noreturn));
int sleep(int ticks); // the older name of pause

int fork(void);
int clone(void (*fn)(void *), void *arg, void *stack_top);

// Moves the break, the end of the heap, by n bytes. Returns the old break, or SBRK_ERROR. sbrk has
// the kernel promise the memory (SBRK_EAGER). sbrklazy does not (SBRK_LAZY): at the first touch of
// a page the program ends if no memory is left then.
char *sbrk(int n);
char *sbrklazy(int n);

char *getcwd(char *buf, int size); // returns buf, or NULL

int ugetpid(void); // getpid without a system call: reads the process page

int *errno_of_thread(void);
#define errno (*errno_of_thread()) // each thread has its own (user/lib/thread.h)
const char *strerror(int err);
void perror(const char *what); // "what: reason" on standard error

int stat(const char *path, struct stat *st);
int statistics(void *buf, int n); // reads the device file "statistics"; returns how many bytes

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

// Formats: flags - 0 +; width and precision, as numbers or *; lengths l ll z h hh; conversions d i
// u x X o p c s f %. The output of one call is one write, if it has up to 512 bytes.
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fprintf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

void *malloc(size_t n);
void free(void *p);

#endif
