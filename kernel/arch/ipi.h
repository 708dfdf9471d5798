// Inter-processor interrupts: how one hart gets another's attention.
//
// The sender sets a reason's bit in the target's struct cpu and raises its machine-mode software
// interrupt; the machine-mode vector turns that into a supervisor software interrupt, whose
// handler calls ipi_receive. Reasons that are pending already are not sent twice.
//
// The reason is stored before the interrupt is raised, and the target's machine mode takes the
// interrupt back before supervisor mode looks at the reasons, each with a fence between memory and
// device: so a reason is met by the look that its interrupt leads to, or by an earlier one. A hart
// also looks at every clock tick, so one that never came is not missed for long.
#ifndef KERNEL_ARCH_IPI_H
#define KERNEL_ARCH_IPI_H

#include "kernel/lib/kdef.h"

enum ipi_reason {
    IPI_RESCHEDULE, // look at the run queue
    IPI_TLB,        // flush, or leave the address space kept while idle: it has changed, or it ends
    IPI_REASONS
};

// Serves IPI_TLB on the hart that is interrupted, with interrupts off. Set by boot/upcalls.c.
extern void (*ipi_tlb_hook)(void);

// Interrupts hart cpu_index. May be called anywhere.
void ipi_send(uint cpu_index, enum ipi_reason reason);

// The interrupt alone, for what is pending there: again, by who has waited too long; and at boot.
void ipi_raise(uint cpu_index);

// Serves all reasons pending on this hart. Interrupts are off.
void ipi_receive(void);

#endif
