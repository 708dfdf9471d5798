// The kernel's half of every address space: RAM and devices at KERNEL_OFFSET, with no page both
// writable and executable, and the kernel stacks. Its root entries are made at boot and never
// change, so whatever is mapped later below them appears in all address spaces at once.
#ifndef KERNEL_VM_TABLE_KMAP_H
#define KERNEL_VM_TABLE_KMAP_H

#include "kernel/arch/layout.h"

struct addrspace;

// The address space of a hart that runs no process: the kernel's half, the trampoline and
// TRAPFRAME pages, and no region.
extern struct addrspace kernel_space;

// Builds the final kernel map and kernel_space. Boot hart, after page_init; panics if there is no
// memory.
void kmap_init(void);
// Makes kernel_space the space of this hart, which ran on the boot map before. Each hart, once,
// with interrupts off.
void kmap_hart(void);

// Returns the kernel address of the TRAPFRAME page: a slot for each hart (struct trapslot[NCPU]).
struct trapslot *kmap_trapslots(void);

#endif
