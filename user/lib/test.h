// What the test programs share. A test program is a table of sub-tests; each runs in a process of
// its own, which ends with 0 if all went well:
//
//     PROGRAM          runs all; a line "PROGRAM: NAME: OK" or "...: FAILED" each; exit status 0 or
//     1 PROGRAM NAME...  runs those PROGRAM -l       lists them
#ifndef USER_LIB_TEST_H
#define USER_LIB_TEST_H

#include "kernel/sysinfo.h"
#include "user/lib/util.h"

struct subtest {
    const char *name;
    void (*run)(void);
};

// main's work for a test program; the table ends with a name of 0.
int run_subtests(const char *program, const struct subtest *table, int argc, char **argv);

// If ok is 0: says what was expected, with errno, and ends this process with 1.
void expect(int ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Runs f(arg) in a child: its exit status (0 if f returns); -1 also if it was killed.
int status_of(void (*f)(void *arg), void *arg);
// fork that must work.
int must_fork(void);

// A system call by number: its result or -errno.
long raw_syscall(long number, const long args[6]);

// What is in use that a finished program must have given back: see leak_check.
// Remembers the state now, after sync and after orphans are reaped.
void leak_start(struct sysinfo *before);
// Compares with now. Returns how many quantities are worse, each with a line if print is set.
int leak_check(const struct sysinfo *before, int print);

#endif
