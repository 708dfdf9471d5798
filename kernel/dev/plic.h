// Platform-level interrupt controller (RISC-V PLIC Specification 1.0). Each hart's supervisor mode
// is a context of its own; a source that several contexts enable goes to whichever claims it first.
#ifndef KERNEL_DEV_PLIC_H
#define KERNEL_DEV_PLIC_H

#include "kernel/lib/kdef.h"

// Priority 0 turns a source off everywhere.
void plic_set_priority(uint irq, uint32 priority);

// Sources that reach hart hartid, a bit each (0 .. 63), and the hart's threshold to 0.
void plic_enable(uint hartid, uint64 sources);

// The pending source that this hart is to serve; 0: none. It is not raised again until
// plic_complete.
uint plic_claim(uint hartid);
void plic_complete(uint hartid, uint irq);

#endif
