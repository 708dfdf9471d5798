// Which translations a hart uses, and when it must forget old ones. Each address space counts
// generations in its struct mmu_context; each hart remembers the generation at which it last
// flushed that context. docs/book/design.md, "Stale translations".
#ifndef KERNEL_MMU_TLB_H
#define KERNEL_MMU_TLB_H

#include "kernel/arch/cpu.h"
#include "kernel/mmu/context.h"

// kernel: the context of a hart that runs no process. For boot.
void tlb_init(struct mmu_context *kernel);

// Serves IPI_TLB on this hart: flushes what it has not flushed yet, and leaves a space that ends.
// Interrupts are off.
void tlb_leave_or_catch_up(void);

// Makes m the context of this hart: sets satp, and flushes if the generation of m asks for it.
// in_use: the thread that runs next belongs to it; else the hart only keeps it while it is idle.
// Interrupts are off.
void mmu_activate(struct mmu_context *m, bool in_use);
// The thread that used this hart's context stops running. satp keeps the context. Interrupts are
// off.
void mmu_idle(void);

// Flushes this hart's translations. Counted.
void tlb_flush_local(void);

// Entries of m were taken away, made read-only or pointed elsewhere: when this returns, no hart
// uses the old ones. Interrupts are on (or it is the only hart), no spinlock is held.
void tlb_flush_space(struct mmu_context *m);

// Pages of code were mapped into m: each hart that runs it now, or later, executes fence.i first
// and so fetches what is there now. The caller is in no interrupt handler and holds no spinlock.
void tlb_fence_code(struct mmu_context *m);

// As tlb_flush_space for the kernel's half, on all harts.
void tlb_flush_kernel(void);

// A kernel stack was mapped: returns the state of the kernel's half that a hart must have flushed
// at before it runs on that stack (tlb_know_stack). Until then the hart may remember that the
// entry was invalid (Privileged Architecture, "Supervisor Memory-Management Fence Instruction").
uint64 tlb_new_stack(void);

// This hart is about to run on such a stack: flushes, unless it has since. Interrupts are off.
static inline void tlb_know_stack(uint64 state)
{
    if (unlikely(this_cpu()->kernel_gen < state))
        tlb_flush_local();
}

// Waits until no hart keeps m in its satp. For the end of an address space.
void tlb_evict_space(struct mmu_context *m);

#endif
