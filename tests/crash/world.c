// The beginning and the end of a world. See the header.
#include "tests/crash/world.h"

#include "kernel/fs/cache.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal.h"
#include "kernel/mem/page.h"

#include <link.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// The program's variables, and their values at the beginning of each world. In the heap, as it must
// not change.
static struct kept {
    uint8 *start, *end;
    uint8 *values;
    jmp_buf leave;
    char failure[1000];
    uint8 *memory; // the kernel's
} * kept;

static int find_variables(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size, (void)arg;
    uintptr_t read_only_end = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) { // what only the dynamic linker writes
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_GNU_RELRO)
            read_only_end = PGROUNDUP(info->dlpi_addr + p->p_vaddr + p->p_memsz);
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + p->p_vaddr, end = start + p->p_memsz;
        if (p->p_type == PT_LOAD && p->p_flags & PF_W && end > read_only_end) {
            kept->start = (uint8 *)(start > read_only_end ? start : read_only_end);
            kept->end = (uint8 *)end;
        }
    }
    return 1; // the program itself comes first: that is all
}

// memcpy, unseen by the address sanitizer: there is space between variables that nobody may touch.
__attribute__((noinline, no_sanitize("address"))) static void
copy_words(uint8 *to, const uint8 *from, size_t n)
{
    for (size_t i = 0; i + 8 <= n; i += 8)
        *(volatile uint64 *)(to + i) = *(const uint64 *)(from + i);
}

static void prepare(void)
{
    kept = calloc(1, sizeof(*kept));
    crc32c(0, "", 0); // its table is made once
    world_threads_prepare();
    world_disk_prepare();
    kept->memory = mmap(0, (size_t)WORLD_FRAMES * PGSIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    dl_iterate_phdr(find_variables, 0);
    kept->start = (uint8 *)(((uintptr_t)kept->start + 7) & ~7UL);
    kept->values = malloc(kept->end - kept->start);
    if (kept->memory == MAP_FAILED || !kept->values || !kept->start) {
        fprintf(stderr, "no memory for the kernel\n");
        exit(2);
    }
    copy_words(kept->values, kept->start, kept->end - kept->start);
}

const char *world_run(void (*main)(void *arg), void *arg)
{
    if (!kept)
        prepare();
    copy_words(kept->start, kept->values, kept->end - kept->start);
    if (setjmp(kept->leave) != 0)
        return kept->failure;
    main(arg);
    return 0;
}

void world_leave_now(void) { longjmp(kept->leave, 1); }

void world_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(kept->failure, sizeof(kept->failure), format, args);
    va_end(args);
    world_leave();
}

// Nobody maps files.
static void nothing_mapped(void) {}

// The linear map: the kernel computes a frame's address as its physical one plus KERNEL_OFFSET. So
// the physical addresses are those that give the addresses of our memory.
void world_boot(uint frames)
{
    if (frames > WORLD_FRAMES)
        world_fail("the memory has only %u frames", WORLD_FRAMES);
    paddr_t start = virt_to_phys(kept->memory);
    world_disk_insert();
    if (!journal_stage_hook)
        journal_stage_hook = nothing_mapped;
    page_reclaim_hook = cache_give_back;
    page_init(start, start + (uint64)frames * PGSIZE);
    cache_init();
}
