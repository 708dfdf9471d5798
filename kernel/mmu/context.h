// What the processor must know to translate the addresses of one address space. A thread and a hart
// point to it; the address space itself (vm/addrspace.h) contains it.
//
//     states:  NEW -> LIVE (mmu_activate, by some hart) -> ENDING (tlb_evict_space) -> freed
#ifndef KERNEL_MMU_CONTEXT_H
#define KERNEL_MMU_CONTEXT_H

#include "kernel/arch/csr.h"
#include "kernel/lib/kdef.h"
#include "kernel/param.h"
#include "kernel/riscv.h"

// I immutable once a hart uses it; a atomic
struct mmu_context {
    uint64 kernel_satp;    // I: satp for the kernel root, on which the kernel runs
    uint64 user_satp;      // I: satp for the user root, on which an isolated program runs
    uint64 tlb_gen;        // a: counts changes that need a flush
    uint64 hart_gen[NCPU]; // a: tlb_gen at which each hart last flushed this context
    bool ending;           // a: harts that keep it while they are idle must leave it
};

// Sets the two roots of a new context.
static inline void mmu_set_roots(struct mmu_context *m, paddr_t kernel_root, paddr_t user_root)
{
    m->kernel_satp = SATP_SV39 | kernel_root >> PGSHIFT;
    m->user_satp = SATP_SV39 | user_root >> PGSHIFT;
}

#endif
