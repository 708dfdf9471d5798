// The rest of the C library, for programs that want it: string and number helpers, formatted
// output beyond printf, more of malloc, directories, messages and exits, numbers from the kernel.
// Nothing here takes a name from programs that include user/user.h alone.
#ifndef USER_LIB_UTIL_H
#define USER_LIB_UTIL_H

#include "kernel/fs.h"
#include "kernel/param.h"
#include "user/user.h"

// Strings (strings.c), as in the C standard.
char *strcat(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
int strncmp(const char *a, const char *b, size_t n);
int isdigit(int c);
int isspace(int c);
int isalpha(int c);
int isprint(int c);
long strtol(const char *s, char **end, int base);

// The whole of s as a number, decimal or 0x...: 0, or -1 if it is none or out of range.
int parse_long(const char *s, long *value);

// Formatted output (snprintf.c).
int vfprintf(int fd, const char *format, va_list args);
int vprintf(const char *format, va_list args);
int vsnprintf(char *buf, size_t size, const char *format, va_list args);
int snprintf(char *buf, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Memory (malloc.c).
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t n);

// Pseudo-random numbers (rand.c): a sequence for each seed, 31 bits.
void srand(uint64 seed);
int rand(void);

// Messages (message.c). complain prints "format...: reason" on standard error, fail also exits
// with 1; usage prints "usage: ..." and exits with 1.
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void usage(const char *line) __attribute__((noreturn));
// For programs without options: usage(line) if the argument is one ("-x"; "./-x" names such a
// file).
void refuse_option(const char *arg, const char *line);

// Files (fileio.c).
int write_all(int fd, const void *buf, int n); // 0, or -1
int read_all(int fd, void *buf, int n);        // reads on until n bytes or the end; how many, -1
// One line without its newline, cut at size - 1 bytes (the rest is dropped). Its length, -1 at
// the end. Reads byte by byte, so that nothing of what follows is lost.
int read_line(int fd, char *buf, int size);
// The names of a directory but "." and "..": 1 and the name, 0 at the end, -1. fd is open on the
// directory.
int next_name(int fd, char name[DIRSIZ + 1]);
// dir/name in path of MAXPATH bytes: 0, or -1 (errno ENAMETOOLONG).
int join_path(char *path, const char *dir, const char *name);
// What follows the last '/' of a path.
const char *last_name(const char *path);

// Runs a command and waits for it (process.c): its exit status; NOT_RUN, after a message, if there
// is no such program, too many arguments, no process left.
#define NOT_RUN 127
int run_command(char **argv);

// The device file "statistics" (statistics.c): the kernel's counter of that name; how many attempts
// to take a lock of the page allocator or the block cache have failed; -1 if there is none such.
long counter_value(const char *name);
long lock_failures(void);
// Prints its lines from the one on that begins with from.
void print_statistics(const char *from);

// Counters of the hart.
static inline uint64 read_time(void)
{
    uint64 x;
    __asm__ volatile("rdtime %0" : "=r"(x));
    return x;
}

static inline uint64 read_instret(void)
{
    uint64 x;
    __asm__ volatile("rdinstret %0" : "=r"(x));
    return x;
}

#endif
