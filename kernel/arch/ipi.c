// Inter-processor interrupts through the CLINT's machine-mode software interrupt registers
// (SiFive Interrupt Cookbook, "CLINT"); boot/entry.S passes them on to supervisor mode.
#include "kernel/arch/ipi.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/lib/counter.h"

static void (*handlers[IPI_REASONS])(void);

void ipi_set_handler(enum ipi_reason reason, void (*handler)(void)) { handlers[reason] = handler; }

void ipi_send(uint cpu_index, enum ipi_reason reason)
{
    struct cpu *c = &cpus[cpu_index];
    uint32 before = __atomic_fetch_or(&c->ipi_pending, 1u << reason, __ATOMIC_SEQ_CST);
    if (before & 1u << reason)
        return;
    count(C_ipi);
    *mmio32(CLINT_MSIP(c->hartid)) = 1;
}

void ipi_receive(void)
{
    struct cpu *c = this_cpu();
    if (__atomic_load_n(&c->ipi_pending, __ATOMIC_RELAXED) == 0)
        return;
    uint32 pending = __atomic_exchange_n(&c->ipi_pending, 0, __ATOMIC_SEQ_CST);
    for (uint r = 0; r < IPI_REASONS; r++)
        if ((pending & 1u << r) && handlers[r])
            handlers[r]();
}
