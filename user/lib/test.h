// What the test programs share: claims, children, and finding leaks.
#ifndef USER_LIB_TEST_H
#define USER_LIB_TEST_H

#include "kernel/procinfo.h"
#include "kernel/sysinfo.h"
#include "user/lib/util.h"

// The name of the test that runs. The message of a claim that does not hold begins with it.
extern const char *test_name;

// A claim. If ok is 0, prints what was expected, with errno, and ends this process with status 1.
void expect(int ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Runs f(arg) in a child. Returns its exit status: 0 if f returns, -1 if the child was killed.
int status_of(void (*f)(void *arg), void *arg);
void nothing(void *arg); // does nothing: for a child that is only there
// fork that must work.
int must_fork(void);
// Waits for the next n children that end. All of them must end with status 0.
void expect_children(int n);

// Runs child(0), child(1), ... at the same time, each in a process. All must end well.
void run_children(void (*child)(int i), int n);
// The same; meanwhile fewer than limit attempts to take a lock may fail (lock_failures). Prints how
// many have failed.
void expect_less_waiting(void (*child)(int i), int n, long limit);

// Makes a system call by number. Returns its result, or the negative error number.
long raw_syscall(long number, const long args[6]);

// What sysinfo tells, and what procinfo tells of this process. Both calls must work.
struct sysinfo system_now(void);
struct procinfo self_now(void);

// Leaks: what is still in use after a test has ended and given back all it had.

// Has every page of this program provided now, so that the program takes no page during the test.
// Where the program may write, the page is its own copy.
void bring_in_program(void);
// Calls bring_in_program and sync, lets orphans end, and stores what is in use then.
void leak_start(struct sysinfo *before);
// Compares *before with what is in use now. Returns how many quantities are worse, and prints a
// line for each if print is set.
int leak_check(const struct sysinfo *before, int print);
// Runs a test in a child, which must end well and leave nothing in use. Prints "start testN", and
// "testN OK" or "testN FAIL", with mark behind the number. Returns 0, or 1: the test has failed.
int run_numbered(int number, const char *mark, void (*test)(void));

#endif
