// External interrupts: handlers by source number, through the PLIC.
#ifndef KERNEL_DEV_IRQ_H
#define KERNEL_DEV_IRQ_H

#include "kernel/lib/kdef.h"

#define NIRQ 64

void irq_init(void);      // the PLIC, once
void irq_init_hart(void); // on each hart: accept interrupts

// Calls handler(arg), interrupts off, whenever source irq is raised. At boot.
void irq_register(uint irq, void (*handler)(void *arg), void *arg);

// Serves what is pending. Called by the trap handler, interrupts off.
void irq_dispatch(void);

#endif
