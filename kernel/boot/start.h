// What the boot code in machine mode (entry.S, start.c) and in supervisor mode (main.c) share.
#ifndef KERNEL_BOOT_START_H
#define KERNEL_BOOT_START_H

#define MACHINE_STACK_SHIFT 10 // a stack for start() has 1 << this bytes, one for each hart

#ifndef __ASSEMBLER__
#include "kernel/arch/layout.h"
#include "kernel/lib/kdef.h"

// Where a hart goes from machine mode. start.c fills it in for hart 0. main.c does it for the
// others, then sets boot_harts_go and interrupts them.
struct boot_hart {
    uint64 satp;
    vaddr_t stack;      // top
    void (*main)(void); // kernel address
};
extern struct boot_hart boot_harts[];

// What machine_vector (entry.S) uses on its hart. I: set once by start.c; o: this hart only; a:
// atomic, others read or write it.
struct machine_scratch {
    uint64 saved[2];     // o: registers of the interrupted code
    paddr_t mtimecmp;    // I: this hart's device registers
    paddr_t msip;        // I
    paddr_t timer_fired; // I: the member of struct cpu
    uint64 stop;         // a: not 0: the hart is to stop for good at its next interrupt
    uint64 stopped;      // a: not 0: it has stopped
};
extern struct machine_scratch machine_scratch[];

extern uint32 boot_harts_go;
extern paddr_t boot_fdt; // device tree

void supervisor_entry(void);
// Calls fn on another stack, whose highest address is top. Does not return.
noreturn void boot_on_stack(vaddr_t top, void (*fn)(void));
// The trap vector until trap_init_hart(), and what it calls: panics.
void early_vector(void);
noreturn void early_trap(uint64 cause, uint64 pc, uint64 addr);
// Machine mode's part. Does not return.
void start(uint64 hart, paddr_t fdt);
// Supervisor mode begins here on hart 0. Does not return.
void kernel_main(void);

// Sets the functions of upper folders that lower ones call (upcalls.c).
void upcalls_set(void);

// Runs the kernel's self-tests in a KTEST=1 build. In other builds it does nothing.
void ktest_run(void);
#endif

#endif
