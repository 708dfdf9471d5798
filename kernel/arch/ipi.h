// Inter-processor interrupts: how one hart gets another's attention.
//
// The sender sets a reason's bit in the target's struct cpu and raises its machine-mode software
// interrupt; the machine-mode vector turns that into a supervisor software interrupt, whose
// handler calls ipi_receive. Reasons that are pending already are not sent twice.
#ifndef KERNEL_ARCH_IPI_H
#define KERNEL_ARCH_IPI_H

#include "kernel/lib/kdef.h"

enum ipi_reason {
    IPI_RESCHEDULE, // look at the run queue
    IPI_TLB,        // flush, or leave the address space kept while idle: it has changed, or it ends
    IPI_STOP,       // stop for good: another hart has panicked or powers off
    IPI_REASONS
};

// Sets who serves a reason; handlers run on the target with interrupts off.
void ipi_set_handler(enum ipi_reason reason, void (*handler)(void));

// Interrupts hart cpu_index. May be called anywhere.
void ipi_send(uint cpu_index, enum ipi_reason reason);

// Serves all reasons pending on this hart. Interrupts are off.
void ipi_receive(void);

#endif
