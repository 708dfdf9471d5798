// nomem: out of memory at every allocation (needs a kernel built with KTEST=1). Each script runs
// with its first, second, third ... allocation failing, until it has none left to fail. A script
// may fail, or be killed; the kernel must live on and lose nothing.
//
// A script runs in a child, which arms the failure; it counts the allocations of that child and of
// all its descendants, and comes once.
#ifndef USER_TESTS_NOMEM_NOMEM_H
#define USER_TESTS_NOMEM_NOMEM_H

#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

struct script {
    const char *name;
    void (*run)(void); // returns when all its processes have ended
};

extern const struct script scripts[]; // ends with a name of 0

#endif
