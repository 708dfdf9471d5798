// Stale translations. Each address space counts generations; each hart remembers the generation
// at which it last flushed that space. DESIGN: "Stale translations".
#ifndef KERNEL_VM_TLB_H
#define KERNEL_VM_TLB_H

#include "kernel/vm/addrspace.h"

// Flushes this hart's translations (all, or of one address). Counted.
void tlb_flush_local(void);
void tlb_flush_local_page(vaddr_t va);

// Entries of as were taken away, made read-only or pointed elsewhere: when this returns, no hart
// uses the old ones. Interrupts are on (or it is the only hart), no spinlock is held.
void tlb_flush_space(struct addrspace *as);

// Pages of code were mapped into as: all harts that run it, or will, fetch what is there now. The
// caller is in no interrupt handler and holds no spinlock.
void tlb_new_code(struct addrspace *as);

// As tlb_flush_space for the kernel's half, on all harts.
void tlb_flush_kernel(void);

// Registers the handler of IPI_TLB.
void tlb_init(void);

// Waits until no hart keeps as in its satp. For the end of a space.
void tlb_evict_space(struct addrspace *as);

#endif
