// External interrupts: handlers by source number, through the PLIC.
#ifndef KERNEL_DEV_IRQ_H
#define KERNEL_DEV_IRQ_H

#include "kernel/lib/kdef.h"

void irq_init_hart(void); // on each hart: accept interrupts

// From now on handler() is called, with interrupts off, whenever source irq (1 .. 63) is raised. At
// boot.
void irq_register(uint irq, void (*handler)(void));

// Calls the handlers of the sources that are pending. For the trap handler, with interrupts off.
void irq_dispatch(void);

#endif
