// Interrupts between harts: how one hart gets another's attention.
//
// The sender sets the bit of a reason in the target's struct cpu and raises the target's
// machine-mode software interrupt. The machine-mode vector (boot/entry.S) turns it into a
// supervisor software interrupt, whose handler calls ipi_receive(). A reason that is pending
// already is not sent again.
//
// No reason is lost. The sender stores the reason before it raises the interrupt. The target takes
// the interrupt back before it looks at the reasons. Both have a fence in between. So the target
// sees the reason in the look that this interrupt leads to, or in an earlier one. A hart also looks
// at every clock tick, in case an interrupt did not come.
#ifndef KERNEL_ARCH_IPI_H
#define KERNEL_ARCH_IPI_H

#include "kernel/lib/kdef.h"

enum ipi_reason {
    IPI_RESCHEDULE, // look at the run queue
    IPI_TLB,        // flush: an address space has changed; or leave the space that an idle hart
                    // keeps in satp: it ends
    IPI_REASONS
};

// Serves IPI_TLB on the hart that is interrupted, with interrupts off. Set by boot/upcalls.c.
extern void (*ipi_tlb_hook)(void);

// Interrupts hart cpu_index for that reason. May be called anywhere.
void ipi_send(uint cpu_index, enum ipi_reason reason);

// Interrupts hart cpu_index without a new reason: a sender that has waited too long asks once more;
// at boot and in a panic, for what is told in other ways.
void ipi_raise(uint cpu_index);

// Serves all reasons pending on this hart. Interrupts are off.
void ipi_receive(void);

#endif
