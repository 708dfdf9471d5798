// Floating-point registers, for processes that use them. The kernel itself uses none: it is
// compiled for the integer registers alone, and only fpu.S knows the others.
#ifndef KERNEL_ARCH_FPU_H
#define KERNEL_ARCH_FPU_H

#include "kernel/lib/kdef.h"

struct fpregs {
    uint64 f[32];
    uint64 fcsr;
};

// Copies the registers to or from memory. Interrupts are off; sstatus.FS is set meanwhile and off
// afterwards (trap exit sets it from the trap frame).
void fpu_save(struct fpregs *to);
void fpu_load(const struct fpregs *from);

#endif
