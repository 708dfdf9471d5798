// Addresses that programs and tests rely on. Part of the ABI. The kernel's own addresses are in
// kernel/arch/layout.h.
#ifndef KERNEL_MEMLAYOUT_H
#define KERNEL_MEMLAYOUT_H

#include "kernel/riscv.h"

#define KERNBASE 0x80000000UL                     // where RAM begins (physical)
#define PHYSTOP  (KERNBASE + 128UL * 1024 * 1024) // its end on the machine that tests assume

#define USERBASE   0x1000UL         // first address of a program; the page below is never mapped
#define TRAMPOLINE (MAXVA - PGSIZE) // trap entry and exit code, not for user mode
#define TRAPFRAME  (TRAMPOLINE - PGSIZE) // each hart has a slot in it; the end of user memory

#ifndef __ASSEMBLER__
// What the kernel tells a program without a system call, on the process page. The program may only
// read it. It is the page behind the program's last segment: PGROUNDUP(end), with `end` of
// user/user.ld. The guard pages, the stack and the heap follow it (param.h: USERGUARD, USERSTACK).
struct usyscall {
    int pid;
};
#endif

#endif
