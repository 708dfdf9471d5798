// What every kernel source may use: booleans, NULL, kinds of address, small macros.
#ifndef KERNEL_LIB_KDEF_H
#define KERNEL_LIB_KDEF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel/types.h"

// Kinds of address. Casts between these and pointers live in mem/, vm/ and boot/ only.
typedef uint64 paddr_t; // physical
typedef uint64 vaddr_t; // kernel virtual, or of either half
typedef uint64 uaddr_t; // user virtual: never dereferenced outside vm/uaccess

#define ARRAY_LEN(a)                    (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define static_assert _Static_assert
#define force_inline     inline __attribute__((always_inline)) // even when nothing else is inlined
#define noreturn         __attribute__((noreturn))
#define printflike(f, a) __attribute__((format(printf, f, a)))
#define likely(x)        __builtin_expect(!!(x), 1)
#define unlikely(x)      __builtin_expect(!!(x), 0)

static inline uint64 min_u64(uint64 a, uint64 b) { return a < b ? a : b; }

static inline uint64 max_u64(uint64 a, uint64 b) { return a > b ? a : b; }

#endif
