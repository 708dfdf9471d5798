// The floating-point registers of threads that use them. The kernel itself uses none: it is
// compiled without floating-point instructions, except for fpu.S.
#ifndef KERNEL_ARCH_FPU_H
#define KERNEL_ARCH_FPU_H

#include "kernel/lib/kdef.h"

struct fpregs {
    uint64 f[32];
    uint64 fcsr;
};

// Copy the registers to memory, or from memory. Interrupts are off. Both turn floating point on in
// sstatus.FS and off again at the end; trap exit sets FS from the trap frame.
void fpu_save(struct fpregs *to);
void fpu_load(const struct fpregs *from);

#endif
