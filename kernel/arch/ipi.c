// Interrupts between harts (ipi.h), through the machine-mode software interrupt registers of the
// CLINT (SiFive Interrupt Cookbook, "CLINT"). boot/entry.S passes them on to supervisor mode.
#include "kernel/arch/ipi.h"
#include "kernel/arch/barrier.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/lib/counter.h"

void (*ipi_tlb_hook)(void);

void ipi_raise(uint cpu_index)
{
    fence_before_device();
    *mmio32(CLINT_MSIP(cpu_index)) = 1;
}

void ipi_send(uint cpu_index, enum ipi_reason reason)
{
    uint32 before = __atomic_fetch_or(&cpus[cpu_index].ipi_pending, 1u << reason, __ATOMIC_SEQ_CST);

    // Another sender has raised the interrupt for this reason, and the target has not looked yet.
    if (before & 1u << reason)
        return;
    count(C_ipi);
    ipi_raise(cpu_index);
}

void ipi_receive(void)
{
    uint32 pending = __atomic_exchange_n(&this_cpu()->ipi_pending, 0, __ATOMIC_SEQ_CST);

    // For IPI_RESCHEDULE the interrupt alone is enough: an idle hart looks at the run queue after
    // each.
    if (pending & 1u << IPI_TLB)
        ipi_tlb_hook();
}
