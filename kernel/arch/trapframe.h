// What trap entry saves of the interrupted code, and the per-hart slot it finds its way with.
//
// A user trap saves a struct trapframe at the top of the thread's own kernel stack, so nothing
// need be mapped for it; a kernel trap pushes the same structure on the stack in use.
// Assembly uses the offsets below; checked in cpu.c.
#ifndef KERNEL_ARCH_TRAPFRAME_H
#define KERNEL_ARCH_TRAPFRAME_H

#define TF_REG(n)  ((n)*8) // register xn; place 0 holds epc
#define TF_EPC     0
#define TF_SSTATUS 256
#define TF_CAUSE   264
#define TF_TVAL    272
#define TF_SIZE    288

#define SLOT_T0          0
#define SLOT_KERNEL_SATP 8
#define SLOT_KSTACK      16
#define SLOT_CPU         24
#define SLOT_USER_SATP   32
#define SLOT_SIZE        64

#ifndef __ASSEMBLER__
#include "kernel/lib/kdef.h"

struct trapframe {
    uint64 epc; // where the trap was taken
    uint64 ra, sp, gp, tp;
    uint64 t0, t1, t2;
    uint64 s0, s1;
    uint64 a0, a1, a2, a3, a4, a5, a6, a7;
    uint64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    uint64 t3, t4, t5, t6;
    uint64 sstatus;
    uint64 cause; // scause
    uint64 tval;  // stval
    uint64 pad;   // keeps sp aligned to 16
};

// One a hart, in the TRAPFRAME page. sscratch points to it while user mode runs, and is 0 while
// the kernel does.
struct trapslot {
    uint64 t0;          // saved first
    uint64 kernel_satp; // root to switch to, 0 if user mode runs on it already (shared)
    uint64 kstack;      // top of the running thread's kernel stack
    uint64 cpu;         // struct cpu of the hart
    uint64 user_satp;   // root to run user mode on if isolated, else 0
    uint64 unused[3];
};
#endif

#endif
