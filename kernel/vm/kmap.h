// The kernel's half of every address space: RAM and devices at KERNEL_OFFSET, W^X, and the
// kernel stacks. Its root entries are made at boot and never change, so what is mapped later
// below them is seen by all address spaces at once.
#ifndef KERNEL_VM_KMAP_H
#define KERNEL_VM_KMAP_H

#include "kernel/arch/layout.h"

struct addrspace;

// The address space of a hart that runs no process: the kernel's half, the trampoline and
// TRAPFRAME pages, and no region.
extern struct addrspace kernel_space;

// Builds the final kernel map and kernel_space. Boot hart, after page_init; panics if memory is
// short. kmap_hart: takes it up on this hart (each hart, once, interrupts off; the boot map is in
// use before).
void kmap_init(void);
void kmap_hart(void);

// The kernel address of the slots for trap entry (struct trapslot[NCPU]) in the TRAPFRAME page.
struct trapslot *kmap_trapslots(void);

#endif
