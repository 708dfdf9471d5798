// The rest of the C library: more on strings and numbers, formatted output, memory and files;
// messages and exits; numbers from the kernel. A program that includes only user/user.h may use all
// names of this header for its own functions.
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

// Reads the whole of s as a number, decimal or 0x... . Returns 0, or -1: s is no number, or it is
// out of range.
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

// Messages on standard error (message.c). complain prints "format...: reason"; the reason is that
// of errno. fail does the same and exits with status 1. usage prints "usage: ..." and exits with 1.
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void usage(const char *line) __attribute__((noreturn));
// For programs without options: calls usage(line) if arg looks like one, as "-x" does. A file of
// that name is given as "./-x".
void refuse_option(const char *arg, const char *line);

// Files (fileio.c).
// Writes all n bytes. Returns 0, or -1.
int write_all(int fd, const void *buf, int n);
// Reads until it has n bytes, or to the end of the file. Returns how many it has read, or -1.
int read_all(int fd, void *buf, int n);
// Reads a line into buf[size], without its newline. What does not fit is dropped. Returns the
// length of what was kept; -1: the end of the file. Reads byte by byte, so that it takes nothing of
// what follows the line.
int read_line(int fd, char *buf, int size);
// Reads the next name of the directory that is open as fd, but not "." and "..". Returns 1: name is
// set; 0: there are no more; -1: an error.
int next_name(int fd, char name[DIRSIZ + 1]);
// Makes dir/name in path[MAXPATH]. Returns 0, or -1 (errno ENAMETOOLONG).
int join_path(char *path, const char *dir, const char *name);
// The part of a path behind its last '/'.
const char *last_name(const char *path);

// Runs a command and waits for it (process.c). Returns its exit status; NOT_RUN, after a message,
// if there is no such program, there are too many arguments, or there is no process left.
#define NOT_RUN 127
int run_command(char **argv);

// Numbers of the device file "statistics" (statistics.c).
// The kernel's counter of that name; -1: there is none.
long counter_value(const char *name);
// How many attempts to take a lock of the page allocator or the block cache have failed; -1: the
// file does not tell.
long lock_failures(void);
// Prints the lines of the file, beginning at the first place where it has the text `from`.
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
