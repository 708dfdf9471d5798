// External interrupts: the platform-level interrupt controller's registers, and the handler table
// between it and the drivers.
//
// Each hart's supervisor mode is a context of its own in the controller. A source goes to the first
// context that takes it (the specification says "claims"). A source whose priority is 0, as at
// reset, is off. While a source is being served it is not raised again, so a handler never runs on
// two harts at once. RISC-V PLIC Specification 1.0.
#include "kernel/dev/irq.h"

#include "kernel/arch/barrier.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/lib/assert.h"

#define NIRQ 64 // sources that are used are below this

// Context of a hart's supervisor mode on QEMU's virt machine; the even ones are machine mode's.
#define CONTEXT(hart)        (2UL * (hart) + 1)
#define PLIC_PRIORITY(irq)   (PLIC + 4UL * (irq))
#define PLIC_ENABLE(hart)    (PLIC + 0x2000 + 0x80 * CONTEXT(hart))
#define PLIC_THRESHOLD(hart) (PLIC + 0x200000 + 0x1000 * CONTEXT(hart))
#define PLIC_CLAIM(hart)                                                                           \
    (PLIC_THRESHOLD(hart) + 4) // read: the pending source, 0: none; written: it is served

static void (*handlers[NIRQ])(void); // immutable after boot; NULL: none

void irq_init_hart(void)
{
    uint hart = this_cpu()->index;

    // Every source that is turned on may come to this hart.
    for (uint irq = 0; irq < NIRQ; irq += 32)
        *mmio32(PLIC_ENABLE(hart) + irq / 8) = ~0U;
    *mmio32(PLIC_THRESHOLD(hart)) = 0;
    csr_set(sie, SIE_SEIE);
}

void irq_register(uint irq, void (*handler)(void))
{
    kassert(irq > 0 && irq < NIRQ && handlers[irq] == NULL);
    handlers[irq] = handler;
    fence_all(); // the handler before its first call on another hart
    *mmio32(PLIC_PRIORITY(irq)) = 1;
}

void irq_dispatch(void)
{
    volatile uint32 *pending = mmio32(PLIC_CLAIM(this_cpu()->index));

    for (uint irq = *pending; irq != 0; irq = *pending) {
        if (irq < NIRQ && handlers[irq] != NULL)
            handlers[irq]();
        *pending = irq; // it is served
    }
}
