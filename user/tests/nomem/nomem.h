// nomem: out of memory at every allocation (needs a kernel built with KTEST=1). Each script runs
// with its first, second, third ... allocation failing, until it has none left to fail. A script
// may fail, or be killed; the kernel must live on and lose nothing.
//
// A script runs in a child; failures are inherited by the children of that child, each with a
// count of its own. reached() tells whether the failure came in this process.
#ifndef USER_TESTS_NOMEM_NOMEM_H
#define USER_TESTS_NOMEM_NOMEM_H

#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

// Exit status of a process in which no allocation failed; all others mean that one did.
#define UNHARMED 10
#define HARMED   11

struct script {
    const char *name;
    int (*run)(void); // returns nonzero if a child of its own was harmed
};

extern const struct script scripts[]; // ends with a name of 0

int reached(void);

#endif
