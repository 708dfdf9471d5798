// Assertions on the kernel's own invariants. kassert is always on: keep it cheap.
// debug_assert is compiled in the debug build (DEBUG=1) only.
#ifndef KERNEL_LIB_ASSERT_H
#define KERNEL_LIB_ASSERT_H

#include "kernel/lib/panic.h"

#define kassert(cond)                                                                              \
    do {                                                                                           \
        if (__builtin_expect(!(cond), 0))                                                          \
            panic_at(__FILE__, __LINE__, "assertion failed: %s", #cond);                           \
    } while (0)

#ifdef DEBUG
#define debug_assert(cond) kassert(cond)
#define DEBUG_BUILD        1
#else
#define debug_assert(cond)                                                                         \
    do {                                                                                           \
        (void)sizeof(cond);                                                                        \
    } while (0)
#define DEBUG_BUILD 0
#endif

#endif
