// What the test programs share: claims, children, and what is in use before and after.
#ifndef USER_LIB_TEST_H
#define USER_LIB_TEST_H

#include "kernel/procinfo.h"
#include "kernel/sysinfo.h"
#include "user/lib/util.h"

// The name of what is being tested, which a claim that does not hold begins with.
extern const char *test_name;

// If ok is 0: says what was expected, with errno, and ends this process with 1.
void expect(int ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Runs f(arg) in a child: its exit status (0 if f returns); -1 also if it was killed.
int status_of(void (*f)(void *arg), void *arg);
void nothing(void *arg); // for a child that only is
// fork that must work.
int must_fork(void);
// Waits for n children, any, which must all end with status 0.
void expect_children(int n);

// n children do child(0), child(1), ... at the same time, and must all end well.
void run_children(void (*child)(int i), int n);
// The same, and less than limit attempts to take a lock may fail meanwhile (lock_failures), which
// is printed.
void expect_less_waiting(void (*child)(int i), int n, long limit);

// A system call by number: its result or -errno.
long raw_syscall(long number, const long args[6]);

// What sysinfo tells, and procinfo of this process, which must work.
struct sysinfo system_now(void);
struct procinfo self_now(void);

// What is in use that a finished program must have given back: see leak_check.
// All pages of this program are there, and its own where they may be written: it takes none
// meanwhile.
void bring_in_program(void);
// Does that, and remembers the state now, after sync and after orphans are reaped.
void leak_start(struct sysinfo *before);
// Compares with now. Returns how many quantities are worse, each with a line if print is set.
int leak_check(const struct sysinfo *before, int print);
// Runs a test in a child, which must end well and leave nothing in use. Prints "start testN", and
// "testN OK" or "testN FAIL", with mark behind the number. 0, or 1: it failed.
int run_numbered(int number, const char *mark, void (*test)(void));

#endif
