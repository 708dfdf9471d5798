// usertests: tells whether the whole system still works. A test checks one behaviour. The files are
// areas:
//
//     access.c badcalls.c faults.c      system calls with good and bad addresses
//     names.c links.c removed.c         directories, names of files
//     files.c truncate.c big.c full.c   contents of files, a full disk
//     procs.c kills.c exec.c groups.c   processes
//     locks.c                           harts to which processes are bound; statistics of locks
//     pipes.c fp.c                      pipes; floating-point registers
//     alarm.c interpose.c               alarms and their handlers; calls that are refused
//     threads.c                         threads that share a process
//     procmem.c                         writing into the memory of another process
//     heap.c lazy.c cow.c super.c       memory: the heap, first touch, copy-on-write, 2 MiB leaves
//     layout.c roots.c                  memory: the parts of a program, the two roots
//     ugetpid.c pgaccess.c              memory: the process page, which pages were accessed
//     mmap.c filemap.c demand.c         mappings, of files, too; programs that are read when
//     touched library.c                         the C library main.c run.c                      the
//     options; the life of one test
//
// A test runs in a process of its own, which leads a process group, in an empty directory of its
// own, which it must leave empty. It fails by expect() (user/lib/test.h). It passes if it returns,
// or exits with 0, and the system then has no more in use than before.
#ifndef USER_TESTS_USERTESTS_USERTESTS_H
#define USER_TESTS_USERTESTS_USERTESTS_H

#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

enum {
    SLOW = 1,  // not with -q
    ALONE = 2, // not beside other tests: it takes all memory, processes or disk, or compares counts
    BOTH = 4,  // runs twice: in shared mode and in isolated mode
};

struct test {
    const char *name;
    void (*run)(void);
    int flags;
    // From which list the behaviour is: "xv6", "layout", "known N", "labs N", several with commas;
    // or "".
    const char *shows;
    const char *checks; // the behaviour, a sentence
};

// A line of an area's table. The name of the function is the name of the test.
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

// The directory in which the test begins, as an absolute path.
extern char test_directory[MAXPATH];

// run.c: runs the tests of the list, at most `jobs` at the same time. A test that takes longer than
// `limit` seconds has failed; 0 stands for the usual limit. keep_going: goes on after a failure.
// Returns how many tests have failed.
int run_tests(const struct test *const *list, int count, int jobs, int limit, int keep_going);

#endif
