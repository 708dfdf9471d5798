// Stale translations. Each address space counts generations; each hart remembers the generation
// at which it last flushed that space. DESIGN: "Stale translations".
#ifndef KERNEL_VM_TLB_H
#define KERNEL_VM_TLB_H

#include "kernel/arch/cpu.h"
#include "kernel/vm/addrspace.h"

// Flushes this hart's translations. Counted.
void tlb_flush_local(void);

// Entries of as were taken away, made read-only or pointed elsewhere: when this returns, no hart
// uses the old ones. Interrupts are on (or it is the only hart), no spinlock is held.
void tlb_flush_space(struct addrspace *as);

// Pages of code were mapped into as: all harts that run it, or will, fetch what is there now. The
// caller is in no interrupt handler and holds no spinlock.
void tlb_new_code(struct addrspace *as);

// As tlb_flush_space for the kernel's half, on all harts.
void tlb_flush_kernel(void);

// A kernel stack was mapped: the state of the kernel's half that a hart must have flushed at before
// it runs on that stack (tlb_know_stack). An entry that was invalid may be remembered as such until
// then (Privileged Architecture, "Supervisor Memory-Management Fence Instruction").
uint64 tlb_new_stack(void);

// This hart is about to run on such a stack: flushes, unless it has since. Interrupts are off.
static inline void tlb_know_stack(uint64 state)
{
    if (unlikely(this_cpu()->kernel_gen < state))
        tlb_flush_local();
}

// Registers the handler of IPI_TLB.
void tlb_init(void);

// Waits until no hart keeps as in its satp. For the end of a space.
void tlb_evict_space(struct addrspace *as);

#endif
