// What machine-mode start and the supervisor-mode boot code share.
#ifndef KERNEL_BOOT_START_H
#define KERNEL_BOOT_START_H

#define MACHINE_STACK_SHIFT 10

#ifndef __ASSEMBLER__
#include "kernel/arch/layout.h"
#include "kernel/lib/kdef.h"

// Where a hart goes when machine mode is set up. Hart 0: as in start.c; main.c fills it in for the
// others, then sets boot_harts_go and interrupts them.
struct boot_hart {
    uint64 satp;
    vaddr_t stack;      // top
    void (*main)(void); // kernel address
};
extern struct boot_hart boot_harts[];

// Used by machine_vector, on its hart: scratch words, physical addresses, and how another hart
// stops this one.
struct machine_scratch {
    uint64 saved[2];
    paddr_t mtimecmp, msip; // device registers
    paddr_t timer_fired;    // the member of struct cpu
    uint64 stop;            // a: not 0: at its next interrupt the hart stops for good
    uint64 stopped;         // a: not 0: it has
};
extern struct machine_scratch machine_scratch[];

extern uint32 boot_harts_go;
extern paddr_t boot_fdt; // device tree

void supervisor_entry(void);
// Goes on with fn on another stack, for good.
noreturn void boot_on_stack(vaddr_t top, void (*fn)(void));
void early_vector(void);
noreturn void early_trap(uint64 cause, uint64 pc, uint64 addr);
void start(uint64 hart, paddr_t fdt);
void kernel_main(void);

// Runs the kernel's self-tests, in a KTEST=1 build; nothing in others.
void ktest_run(void);
#endif

#endif
