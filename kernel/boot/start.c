// Machine mode: what each hart does there once, before it can run in supervisor mode.
//
// This code is linked for upper-half addresses, but runs at physical ones. So it must reach
// everything relative to pc: it has no tables of pointers and no switch statements. It allows
// supervisor mode to use all of memory, to take its own traps and to read the counters. Timer and
// software interrupts still come to machine mode, which passes them on (entry.S). At the end it
// returns (mret) to supervisor mode, in the upper half: hart 0 on the boot root, whose leaves are
// 1 GiB; the others, which start later, on the final root of the kernel.
// RISC-V Privileged Architecture, chapter "Machine-Level ISA".
#include "kernel/boot/start.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/csr.h"
#include "kernel/param.h"
#include "kernel/riscv.h"

extern char machine_stacks[NCPU << MACHINE_STACK_SHIFT];
char machine_stacks[NCPU << MACHINE_STACK_SHIFT] __attribute__((aligned(16)));
struct machine_scratch machine_scratch[NCPU];

static char boot_stack[8192] __attribute__((aligned(16)));
static uint64 boot_root[PT_ENTRIES] __attribute__((aligned(PGSIZE)));

static_assert(offsetof(struct machine_scratch, mtimecmp) == 16 &&
                  offsetof(struct machine_scratch, msip) == 24 &&
                  offsetof(struct machine_scratch, timer_fired) == 32 &&
                  offsetof(struct machine_scratch, stop) == 40 &&
                  offsetof(struct machine_scratch, stopped) == 48,
              "machine_vector");

struct boot_hart boot_harts[NCPU];
uint32 boot_harts_go;
paddr_t boot_fdt;

// Makes the boot root: its upper half maps the physical addresses below 254 GiB, in their order.
static void make_boot_root(void)
{
    for (uint64 i = 0; i < 254; i++)
        boot_root[KERNEL_ROOT_INDEX + i] =
            PA2PTE(i << 30) | PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
    boot_harts[0].satp = SATP_SV39 | (uint64)boot_root >> PGSHIFT;
    boot_harts[0].stack = (vaddr_t)(boot_stack + sizeof(boot_stack)) + KERNEL_OFFSET;
    boot_harts[0].main = (void (*)(void))((vaddr_t)kernel_main + KERNEL_OFFSET);
}

static void setup_traps(uint64 hart)
{
    struct machine_scratch *s = &machine_scratch[hart];

    // What machine_vector needs, in entry.S.
    s->mtimecmp = CLINT_MTIMECMP(hart);
    s->msip = CLINT_MSIP(hart);
    s->timer_fired = (paddr_t)&cpus[hart].timer_fired;
    csr_write(mscratch, s);

    // No timer and no software interrupt is pending.
    *(volatile uint64 *)s->mtimecmp = ~0UL;
    *(volatile uint32 *)s->msip = 0;

    csr_write(medeleg, 0xb1ff); // all exceptions but calls from supervisor and machine mode
    csr_write(mideleg, 0x222);  // supervisor software, timer and external interrupts
    csr_write(mie, MIE_MSIE | MIE_MTIE);
}

void start(uint64 hart, paddr_t fdt)
{
    setup_traps(hart);

    // Physical memory protection: without an entry that allows it, supervisor mode has no memory.
    csr_write(pmpaddr0, 0x3fffffffffffffUL); // one entry: all of memory, all rights
    csr_write(pmpcfg0, 0xf);
    csr_write(mcounteren, 7); // cycle, time, instret

    if (hart == 0) {
        make_boot_root();
        boot_fdt = fdt;
    }

    // mret goes to mepc, in the mode that mstatus names.
    struct boot_hart *b = &boot_harts[hart];
    csr_write(satp, b->satp);
    __asm__ volatile("sfence.vma" ::: "memory");
    csr_write(mepc, (vaddr_t)supervisor_entry + KERNEL_OFFSET);
    csr_write(mstatus, (csr_read(mstatus) & ~(uint64)MSTATUS_MPP_MASK) | MSTATUS_MPP_S);

    // supervisor_entry finds its arguments in these registers.
    register uint64 a0 __asm__("a0") = b->stack;
    register uint64 a1 __asm__("a1") = (vaddr_t)b->main;
    register uint64 a2 __asm__("a2") = (vaddr_t)&cpus[hart] + KERNEL_OFFSET;
    __asm__ volatile("mret" ::"r"(a0), "r"(a1), "r"(a2) : "memory");
    __builtin_unreachable();
}
