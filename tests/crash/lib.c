// What the file system uses of kernel/lib.
#include "kernel/lib/panic.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/riscv.h"
#include "tests/crash/world.h"

#include <stdio.h>

void panic_at(const char *file, int line, const char *format, ...)
{
    char text[500];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    world_fail("panic at %s:%d: %s", file, line, text);
}

bool panicking(void) { return false; }

// The formats of the kernel are a part of the C library's.
void (*print_output)(const char *text, size_t n);

int kprintf(const char *format, ...)
{
    char text[PRINT_MAX];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (print_output)
        print_output(text, min_u64(n, sizeof(text) - 1));
    return n;
}

void page_zero(void *page) { memset(page, 0, PGSIZE); }

void page_copy(void *dst, const void *src) { memcpy(dst, src, PGSIZE); }
