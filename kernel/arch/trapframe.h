// What trap entry saves of the interrupted code, and the slot in which it finds where to save it.
//
// A trap from user mode saves a struct trapframe at the top of the thread's kernel stack. A trap
// from the kernel pushes the same structure on the stack in use. Assembly uses the offsets below;
// cpu.c checks them.
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
    uint64 pad;   // sp must stay a multiple of 16
};

// Each hart has one in the TRAPFRAME page. sscratch points to it while user mode runs, and is 0
// while the kernel runs. Only its hart uses it: trap entry reads it and saves t0; sched.c writes it
// when another thread is to run.
struct trapslot {
    uint64 t0;          // of user mode: the first register that entry needs for itself
    uint64 kernel_satp; // satp with the kernel root; 0: user mode runs on that root (not isolated)
    uint64 kstack;      // top of the running thread's kernel stack
    uint64 cpu;         // struct cpu of the hart
    uint64 user_satp;   // satp with the user root, if user mode is isolated; else 0
    uint64 unused[3];
};
#endif

#endif
