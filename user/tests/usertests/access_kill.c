// What the program itself may not do: each wrong load, store or jump ends it with the status -1.
#include "user/tests/usertests/access.h"
#include "user/tests/usertests/heap_probe.h"

static void expect_killed(const char *what, int (*kills)(uint64 va), uint64 address)
{
    expect(kills(address), "a %s at 0x%lx kills", what, address);
}

void nowrite(void)
{
    for (int i = 0; i < wild_count; i++)
        expect_killed("store", store_kills, wild_addresses[i]);
}

void textwrite(void)
{
    static char before[64];
    memcpy(before, (void *)USERBASE, sizeof(before));
    expect_killed("store", store_kills, 0);
    expect_killed("store", store_kills, USERBASE - 1);
    expect_killed("store", store_kills, USERBASE);
    expect_killed("store", store_kills, (uint64)textwrite);
    expect(memcmp(before, (void *)USERBASE, sizeof(before)) == 0, "the text is as it was");
}

void kernmem(void)
{
    for (uint64 n = 0; n < 2000000; n += 50000)
        expect_killed("load", load_kills, KERNBASE + n);
    for (uint64 n = 0; n < 2000000; n += 200000)
        expect_killed("load", load_kills, KERNEL_HALF + n);
}

void MAXVAplus(void)
{
    for (uint64 a = MAXVA; a != 0; a <<= 1)
        expect_killed("store", store_kills, a);
    for (uint64 a = MAXVA; a != 0; a <<= 8) {
        expect_killed("load", load_kills, a);
        expect_killed("jump", fetch_kills, a);
    }
}

// Ends with 0 if arg can be loaded and stored.
static void load_and_store(void *arg)
{
    volatile char *p = arg;
    *p = *p + 1;
}

// Gives back all of the heap, which begins where the stack ends, and tells where that is.
static uint64 stack_top(void)
{
    sys_sbrk(-(long)MAXVA, SBRK_EAGER);
    return (uint64)sbrk(0);
}

void stacktest(void)
{
    expect_killed("load", load_kills, r_sp() - USERSTACK * PGSIZE);
    uint64 bottom = stack_top() - USERSTACK * PGSIZE;
    expect(r_sp() > bottom && r_sp() < bottom + USERSTACK * PGSIZE,
           "the stack is where it should be");
    expect(status_of(load_and_store, (void *)bottom) == 0, "the stack's lowest byte can be used");
    expect(status_of(load_and_store, (void *)(bottom + USERSTACK * PGSIZE - 1)) == 0,
           "and its highest");
    expect_killed("store", store_kills, bottom - 1);
    expect_killed("load", load_kills, bottom - 1);
    expect_killed("store", store_kills, bottom - PGSIZE);
    expect_killed("load", load_kills, bottom + USERSTACK * PGSIZE);
    expect_killed("store", store_kills, bottom - PGSIZE - 1);
    expect_killed("store", store_kills, bottom - USERGUARD * PGSIZE);
    uint64 segment_end = bottom - (USERGUARD + 1) * PGSIZE;
    expect(status_of(load_and_store, (void *)(segment_end - 1)) == 0,
           "below guard and process page is the program");
}

void data_is_not_executable(void)
{
    static uint data = 0x00008067; // ret: a jump there would come back
    uint stack = data;
    uint *heap = (uint *)fresh_pages(1, SBRK_EAGER);
    *heap = data;
    __asm__ volatile("fence.i" : : "r"(&stack) : "memory");
    expect_killed("jump", fetch_kills, (uint64)&data);
    expect_killed("jump", fetch_kills, (uint64)&stack);
    expect_killed("jump", fetch_kills, (uint64)heap);
    expect_killed("jump", fetch_kills, (uint64)fresh_pages(1, SBRK_LAZY));
}
