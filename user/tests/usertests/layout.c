// Where the parts of a program lie, and what may be done there: see memlayout.h and user/user.ld.
// Also what a program must not do to the processor.
#include "user/tests/usertests/heap_probe.h"

extern char end[]; // of data and bss, from user.ld

static const char rodata[] = "read-only data";
static int data = 4711;
static char bss[10000];

static char *heap_start(void)
{
    sys_sbrk(-(1L << 40), SBRK_EAGER);
    return sbrk(0);
}

static char *stack_bottom(void) { return heap_start() - USERSTACK * PGSIZE; }

static void bsstest(void)
{
    for (uint i = 0; i < sizeof(bss); i++)
        expect(bss[i] == 0, "byte %u of bss is zero", i);
    for (char *p = bss + sizeof(bss); p < (char *)PGROUNDUP((uint64)bss + sizeof(bss)) && p >= end;
         p++)
        expect(*p == 0, "so is the rest of its last page");
}

// known 10: page 0 is not mapped.
static void null_pointer(void)
{
    for (uint64 va = 0; va < PGSIZE; va += PGSIZE - 1) {
        expect(load_kills(va) && store_kills(va), "a load from %p and a store to it kill",
               (void *)va);
        expect(pgpte((void *)va) == 0, "and nothing is mapped there");
    }
    expect(fetch_kills(0), "a call through a null pointer kills");
    expect(open(0, O_RDONLY) == -1 && errno == EFAULT, "a system call refuses it");
}

static void text_at_0x1000(void)
{
    uint64 here = (uint64)text_at_0x1000;
    expect(here >= USERBASE && here < (uint64)rodata && rodata < (char *)&data &&
               (char *)&data < end,
           "text, read-only data, data, in this order");
    expect(has_rights((void *)USERBASE, PTE_R | PTE_X | PTE_U),
           "text begins at 0x1000, to be read and executed");
    for (uint64 va = USERBASE; va < (uint64)rodata; va += PGSIZE) {
        (void)*(volatile char *)va; // a page is there once it was looked at
        expect(has_rights((void *)va,
                          pgpte((void *)va) & PTE_X ? PTE_R | PTE_X | PTE_U : PTE_R | PTE_U),
               "no page below the read-only data can be written");
    }
    expect(*(volatile uint *)here != 0 && fetch_kills((uint64)end - 1),
           "text can be read, data not fetched");
}

static void entry_bits(void)
{
    data++;
    bss[0] = 0;
    char *heap = grow_heap(PGSIZE, SBRK_EAGER), local = *heap = 1;
    expect(has_rights((void *)entry_bits, PTE_R | PTE_X | PTE_U), "text: R X");
    expect(has_rights(rodata, PTE_R | PTE_U), "read-only data: R");
    expect(has_rights(&data, PTE_R | PTE_W | PTE_U) && has_rights(bss, PTE_R | PTE_W | PTE_U),
           "data, bss: RW");
    expect(has_rights(&local, PTE_R | PTE_W | PTE_U) && has_rights(heap, PTE_R | PTE_W | PTE_U),
           "stack, heap: RW");
    for (uint64 va = 0; va < (uint64)sbrk(0); va += PGSIZE) {
        uint64 entry = pgpte((void *)va);
        expect(entry == 0 || ((entry & PTE_U) && (entry & PTE_A)),
               "entry of %p: a user's, accessed", (void *)va);
        expect((entry & PTE_W) == 0 || ((entry & PTE_D) && (entry & (PTE_X | PTE_COW)) == 0),
               "W: dirty, not X or COW");
    }
}

static void text_is_read_only(void)
{
    int ends[2];
    const char *const targets[] = {(char *)text_is_read_only, rodata, (char *)USERBASE};
    expect(pipe(ends) == 0 && write(ends[1], "xyz", 3) == 3, "pipe");
    for (int i = 0; i < 3; i++) {
        char before = *targets[i];
        expect(store_kills((uint64)targets[i]), "a store to %p kills", (void *)targets[i]);
        expect(read(ends[0], (void *)targets[i], 3) == -1 && errno == EFAULT,
               "the kernel does not write it either");
        expect(*targets[i] == before, "it stays");
    }
}

static void data_is_not_executable(void)
{
    static uint ret = 0x00008067;
    uint on_stack = ret, *on_heap = (uint *)grow_heap(PGSIZE, SBRK_EAGER);
    *on_heap = ret;
    __asm__ volatile("" : "+m"(on_stack));
    expect(fetch_kills((uint64)&ret), "a jump to data kills");
    expect(fetch_kills((uint64)&on_stack), "to the stack");
    expect(fetch_kills((uint64)on_heap), "to the heap");
    expect(fetch_kills((uint64)rodata & ~3UL), "to read-only data");
    expect(fetch_kills((uint64)sbrk(0)), "to where nothing is");
}

// Down from its top, page by page, to its last byte, and no further: it does not grow.
static void stack_pages(void)
{
    char *bottom = stack_bottom();
    volatile char *top = bottom + USERSTACK * PGSIZE;
    expect((char *)&top > bottom && (char *)&top < top, "this function's stack is there");
    for (volatile char *p = (char *)PGROUNDDOWN(r_sp()) - PGSIZE; p >= bottom; p -= PGSIZE) {
        expect(p[0] == 0, "untouched stack is zero");
        p[0] = p[PGSIZE - 1] = 1;
    }
    expect(!load_kills((uint64)bottom) && !store_kills((uint64)bottom),
           "the lowest byte is the program's");
    expect(load_kills((uint64)bottom - 1) && store_kills((uint64)bottom - 1), "the guard kills");
    uint64 guard = (uint64)bottom - USERGUARD * PGSIZE;
    expect(load_kills(guard) && store_kills(guard), "to its first byte");
    expect(!load_kills((uint64)top - 1), "the highest byte is the program's");
    expect(load_kills((uint64)top), "what follows is none while the heap is empty");
}

static void parts_are_neighbours(void)
{
    char *bottom = stack_bottom();
    uint64 info = PGROUNDUP((uint64)end);
    expect(info + (1 + USERGUARD) * PGSIZE == (uint64)bottom,
           "process page and guard between data and stack");
    expect(!load_kills(info) && load_kills(info + PGSIZE) && load_kills((uint64)bottom - 1),
           "in this order");
    char *heap = sbrk(3 * PGSIZE);
    expect(heap == bottom + USERSTACK * PGSIZE, "the heap follows the stack");
    *heap = 1;
    expect(self_now().size >= (uint64)(heap + 3 * PGSIZE) - USERBASE - (USERGUARD + 3) * PGSIZE,
           "what procinfo calls its size");
}

// A function whose frames fill all but the last pages of the stack.
static int dig(int depth)
{
    volatile char room[2000];
    room[0] = room[1999] = depth;
    return depth == 0 ? 0 : dig(depth - 1) + room[0] - room[1999] + 1;
}

// A frame larger than the whole stack, wherever that stands, does not reach what lies below the
// guard.
static int huge_frame(void)
{
    volatile char room[330 * 1024];
    for (int i = 0; i < 100; i++)
        room[i] = 1;
    return room[0];
}

static int dig_and_overflow(int depth)
{
    volatile char room[2000];
    room[0] = 1;
    int below = depth == 0 ? huge_frame() : dig_and_overflow(depth - 1);
    return below + room[0];
}

static void overflow(void *depth) { exit(dig_and_overflow((long)depth)); }

static void frame_larger_than_stack(void)
{
    expect(status_of(overflow, 0) == -1, "a frame of 330 KiB kills");
    expect(status_of(overflow, (void *)110L) == -1, "with 220 KiB of the stack in use, too");
}

static void dig_deep(void *arg) { exit(dig((long)arg) == (long)arg ? 0 : 1); }

static void deep_recursion(void)
{
    expect(status_of(dig_deep, (void *)110L) == 0, "220 KiB of stack can be used");
    expect(status_of(dig_deep, (void *)200L) == -1, "400 KiB kill");
}

static const uint64 empty_places[] = {0x80000000,    0x80200000, 0x3fffffc000, 0x3fffffd000,
                                      TRAPFRAME - 1, TRAPFRAME,  TRAMPOLINE,   TRAMPOLINE + 8,
                                      MAXVA - 1,     MAXVA,      2 * MAXVA,    1UL << 39,
                                      1UL << 62,     ~0UL << 39, ~7UL,         KERNBASE + MB};

static void nothing_above_the_heap(void)
{
    for (uint i = 0; i < sizeof(empty_places) / sizeof(empty_places[0]); i++) {
        uint64 va = empty_places[i];
        expect(load_kills(va) && store_kills(va), "a load from %p and a store to it kill",
               (void *)va);
        expect(read(-1, (void *)va, 1) == -1 && open((char *)va, O_RDONLY) == -1 && errno == EFAULT,
               "EFAULT for %p", (void *)va);
        expect(va >= TRAPFRAME || pgpte((void *)va) == 0, "nothing is mapped at %p", (void *)va);
    }
}

static void trampoline_is_the_kernels(void)
{
    expect(has_rights((void *)TRAMPOLINE, PTE_R | PTE_X), "TRAMPOLINE: R X, no U");
    expect(has_rights((void *)TRAPFRAME, PTE_R | PTE_W), "TRAPFRAME: RW, no U");
    expect(fetch_kills(TRAMPOLINE) && load_kills(TRAMPOLINE) && store_kills(TRAMPOLINE),
           "TRAMPOLINE is out of reach");
    expect(fetch_kills(TRAPFRAME) && load_kills(TRAPFRAME) && store_kills(TRAPFRAME),
           "so is TRAPFRAME");
    expect(pgpte((void *)MAXVA) == 0 && pgpte((void *)~0UL) == 0,
           "there is no entry beyond user memory");
}

// Instructions that a program may not use. The process is killed; the next one is well.
static void illegal_zero(void *arg)
{
    (void)arg;
    __asm__ volatile(".word 0");
}

static void illegal_ebreak(void *arg)
{
    (void)arg;
    __asm__ volatile("ebreak");
}

static void illegal_csr_read(void *arg)
{
    uint64 x;
    (void)arg;
    __asm__ volatile("csrr %0, sstatus" : "=r"(x));
}

static void illegal_csr_write(void *arg) { __asm__ volatile("csrw satp, %0" ::"r"(arg)); }

static void illegal_sret(void *arg)
{
    (void)arg;
    __asm__ volatile("sret");
}

static void illegal_sfence(void *arg)
{
    (void)arg;
    __asm__ volatile("sfence.vma");
}

static void illegal_instructions(void)
{
    static void (*const all[])(void *) = {illegal_zero,      illegal_ebreak, illegal_csr_read,
                                          illegal_csr_write, illegal_sret,   illegal_sfence};
    for (int round = 0; round < 3; round++)
        for (uint i = 0; i < sizeof(all) / sizeof(all[0]); i++)
            expect(status_of(all[i], 0) == -1, "instruction %u kills", i);
}

// Arithmetic never traps: RISC-V Unprivileged Architecture, chapter "M".
static void divide_by_zero(void)
{
    volatile long zero = 0, minus = -1, least = 1L << 63, q, r;
    __asm__ volatile("div %0, %2, %3\n\trem %1, %2, %3"
                     : "=&r"(q), "=&r"(r)
                     : "r"(least), "r"(zero));
    expect(q == -1 && r == least, "division by 0");
    __asm__ volatile("div %0, %2, %3\n\trem %1, %2, %3"
                     : "=&r"(q), "=&r"(r)
                     : "r"(least), "r"(minus));
    expect(q == least && r == 0, "-2^63 / -1");
}

// A child with wild values in all pointers: traps must not depend on what is in the registers.
static void wild_registers(void *arg)
{
    (void)arg;
    __asm__ volatile(
        "li sp, -1\n\tli gp, -8\n\tli tp, 1\n\tli ra, 0\n\tli a7, 11\n\tecall\n\t" // getpid
        "li a0, 21\n\tli a7, 2\n\tecall"                                           // exit(21)
        ::
            : "memory");
}

static void traps_need_no_stack(void)
{
    for (int i = 0; i < 10; i++)
        expect(status_of(wild_registers, 0) == 21, "system calls without a stack");
}

const struct test layout_tests[] = {
    TEST(bsstest, 0, "xv6", "bss is zero"),
    TEST(null_pointer, BOTH, "known 10, layout",
         "page 0 is not mapped: a null pointer kills, system calls refuse it"),
    TEST(text_at_0x1000, 0, "layout", "text begins at 0x1000; read-only data and data follow"),
    TEST(entry_bits, BOTH, "layout, labs 8",
         "page table entries have the rights that the program file says, never W and X"),
    TEST(text_is_read_only, BOTH, "layout, labs 8",
         "text and read-only data are written by neither program nor kernel"),
    TEST(data_is_not_executable, BOTH, "layout, labs 8",
         "a jump to data, stack, heap or read-only data kills"),
    TEST(stack_pages, BOTH, "layout", "USERSTACK pages of stack, all usable, with a guard below"),
    TEST(parts_are_neighbours, 0, "layout",
         "data, process page, guard, stack and heap follow each other"),
    TEST(deep_recursion, 0, "layout", "recursion uses the whole stack, and more of it kills"),
    TEST(frame_larger_than_stack, 0, "layout",
         "a frame larger than the stack does not step over the guard"),
    TEST(nothing_above_the_heap, BOTH, "layout",
         "nothing is mapped at the top of user memory, at 0x80000000, beyond MAXVA"),
    TEST(trampoline_is_the_kernels, BOTH, "layout",
         "TRAMPOLINE and TRAPFRAME are mapped, and not for user mode"),
    TEST(illegal_instructions, BOTH, "", "illegal and privileged instructions kill"),
    TEST(divide_by_zero, 0, "", "division by zero gives the architecture's result and no trap"),
    TEST(traps_need_no_stack, BOTH, "", "a trap depends on no user register"),
    END_OF_TESTS,
};
