// Platform-level interrupt controller (RISC-V PLIC Specification 1.0). Each hart's supervisor mode
// is a context of its own; a source goes to whichever of them claims it first.
#ifndef KERNEL_DEV_PLIC_H
#define KERNEL_DEV_PLIC_H

#include "kernel/lib/kdef.h"

#define NIRQ 64 // sources that are used are below this

// Lets every source through to hart hartid that is turned on; at reset none is.
void plic_init_hart(uint hartid);
void plic_turn_on(uint irq);

// The pending source that this hart is to serve; 0: none. It is not raised again until
// plic_complete.
uint plic_claim(uint hartid);
void plic_complete(uint hartid, uint irq);

#endif
