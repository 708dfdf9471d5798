// usertests: says whether the whole system still works. One behaviour a test; the files are areas:
//
//     access.c badcalls.c faults.c      what system calls make of the addresses they are given
//     names.c links.c removed.c         directories and what they name
//     files.c truncate.c big.c full.c   what files hold, and a full disk
//     procs.c kills.c exec.c groups.c   processes
//     locks.c                           on which hart they run; what is told of locks
//     pipes.c fp.c                      what they say to each other; floating point
//     alarm.c interpose.c               handlers of theirs; calls that they are refused
//     threads.c                         threads that share a process
//     procmem.c                         writing into another process
//     heap.c lazy.c cow.c super.c layout.c roots.c ugetpid.c pgaccess.c   memory
//     mmap.c filemap.c demand.c         memory that is mapped, with files and without; programs in
//     memory library.c                         the C library main.c run.c options; one test's life
//
// A test runs in a process of its own, which leads a process group, in a directory of its own,
// which is empty and must be left so. It passes if it returns (or exits with 0), and if the system
// has as much in use as before. It fails by expect() (user/lib/test.h).
#ifndef USER_TESTS_USERTESTS_USERTESTS_H
#define USER_TESTS_USERTESTS_USERTESTS_H

#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

enum {
    SLOW = 1,  // not with -q
    ALONE = 2, // never beside another: takes all memory, processes or disk, or compares counts
    BOTH = 4,  // runs twice, in shared and in isolated mode
};

struct test {
    const char *name;
    void (*run)(void);
    int flags;
    // Whose behaviour: "xv6", "layout", "known N", "labs N", several with commas; or "".
    const char *shows;
    const char *checks; // the behaviour, a sentence
};

// A line of an area's table: the function's name is the test's.
#define TEST(name, flags, shows, checks)                                                           \
    {                                                                                              \
#name, name, flags, shows, checks                                                          \
    }
#define END_OF_TESTS                                                                               \
    {                                                                                              \
        0, 0, 0, 0, 0                                                                              \
    }

#define AREAS(X)                                                                                   \
    X(access)                                                                                      \
    X(badcalls)                                                                                    \
    X(faults)                                                                                      \
    X(names)                                                                                       \
    X(links)                                                                                       \
    X(removed)                                                                                     \
    X(files)                                                                                       \
    X(truncate)                                                                                    \
    X(big)                                                                                         \
    X(full)                                                                                        \
    X(pipes)                                                                                       \
    X(procs)                                                                                       \
    X(kills)                                                                                       \
    X(exec)                                                                                        \
    X(groups)                                                                                      \
    X(locks)                                                                                       \
    X(fp)                                                                                          \
    X(alarm)                                                                                       \
    X(interpose)                                                                                   \
    X(threads)                                                                                     \
    X(heap)                                                                                        \
    X(lazy)                                                                                        \
    X(cow)                                                                                         \
    X(super)                                                                                       \
    X(layout)                                                                                      \
    X(roots)                                                                                       \
    X(ugetpid)                                                                                     \
    X(pgaccess)                                                                                    \
    X(mmap)                                                                                        \
    X(filemap)                                                                                     \
    X(demand)                                                                                      \
    X(procmem)                                                                                     \
    X(library)

#define AREA_TABLE(name) extern const struct test name##_tests[];
AREAS(AREA_TABLE)
#undef AREA_TABLE

// The directory that the test began in, as an absolute path.
extern char test_directory[MAXPATH];

// run.c: runs the tests of list, at most jobs at a time, each no longer than limit seconds (0: a
// default). keep_going: after a failure, too. How many failed.
int run_tests(const struct test *const *list, int count, int jobs, int limit, int keep_going);

#endif
