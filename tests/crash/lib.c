// What the file system uses of kernel/lib besides what is compiled as it is, and the start.
#include "kernel/dev/disk.h"
#include "kernel/fs/cache.h"
#include "kernel/lib/panic.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/riscv.h"
#include "tests/crash/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

noreturn void (*world_failed)(const char *what);

noreturn void world_fail(const char *format, ...)
{
    static char text[1000];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    world_failed(text);
}

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

// The linear map: the kernel computes a frame's address as its physical one plus KERNEL_OFFSET. So the physical
// addresses are those that give the addresses of our memory.
void world_boot(uint frames)
{
    size_t size = (size_t)frames * PGSIZE;
    void *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("memory for the kernel");
        exit(2);
    }
    paddr_t start = virt_to_phys(memory);
    world_disk_insert();
    page_init(start, start + size);
    cache_init();
}
