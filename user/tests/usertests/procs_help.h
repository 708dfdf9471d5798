// What the areas about processes share: children in a known state, programs that are run, memory
// that is taken.
#ifndef USER_TESTS_USERTESTS_PROCS_HELP_H
#define USER_TESTS_USERTESTS_PROCS_HELP_H

#include "kernel/procinfo.h"
#include "user/tests/usertests/usertests.h"

// Starts a child that does f(arg) and exits with 0. Its pid.
int start_child(void (*f)(void *arg), void *arg);

// What such children do until they are killed.
void sleep_on(void *arg);
void spin_on(void *arg);

// Reads a program's file and writes what it read to /null, many times.
void read_and_write(void *arg);

// enum procstate of pid; -1: there is none.
int state_of(int pid);
// Waits until pid, which is to exec, runs a program of that name.
void wait_called(int pid, const char *name);
// Waits until pid sleeps for good, until it is a zombie.
void wait_asleep(int pid);
void wait_zombie(int pid);

// pid is a child, which ends, or has ended, with that status.
void expect_status(int pid, int status);
// The same, after kill(pid), which must work: status -1.
void expect_killed(int pid);

// The pair of a new pipe: ends[0] to read, ends[1] to write.
void must_pipe(int ends[2]);
// Reads one byte, which must come; reads the end of file.
char read_byte(int fd);
void expect_end_of_file(int fd);

// Runs a program with its standard output in out (size bytes, ended by a 0): its status; 127: exec
// failed.
int run_program(const char *path, char **argv, char *out, int size);

// Has all free memory promised to this process but for some pages.
void take_memory(long pages_left);

#endif
