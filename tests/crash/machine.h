// What the kernel's sources see of the machine when they are compiled for the host: the compiler
// reads this file before each of them. It takes the place of the headers of kernel/arch/ that hold
// RISC-V instructions.
//
// There is one hart, and no interrupt comes by itself: threads.c says when one does.
#ifndef CRASH_MACHINE_H
#define CRASH_MACHINE_H

#define KERNEL_ARCH_CPU_H
#define KERNEL_ARCH_BARRIER_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

// The C library has a function of that name, too.
#define sleep kernel_sleep

struct cpu {
    uint16 index;
    int locks_held; // spinlocks
};

extern struct cpu machine_hart;
extern uint cpu_count;

static inline struct cpu *this_cpu(void) { return &machine_hart; }

static inline void irq_off(void) {}

static inline void irq_on(void) {}

static inline void fence_all(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

#endif
