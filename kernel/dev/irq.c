// External interrupts: the handler table between the PLIC and the drivers.
//
// While a source is being served the PLIC does not raise it again, so a handler never runs on two
// harts at once.
#include "kernel/dev/irq.h"

#include "kernel/arch/barrier.h"
#include "kernel/arch/cpu.h"
#include "kernel/dev/plic.h"
#include "kernel/lib/assert.h"

static void (*handlers[NIRQ])(void); // written at boot

void irq_init_hart(void)
{
    plic_init_hart(this_cpu()->hartid);
    csr_set(sie, SIE_SEIE);
}

void irq_register(uint irq, void (*handler)(void))
{
    kassert(irq > 0 && irq < NIRQ && !handlers[irq]);
    handlers[irq] = handler;
    fence_all(); // the handler before its first call on another hart
    plic_turn_on(irq);
}

void irq_dispatch(void)
{
    uint hartid = this_cpu()->hartid, irq;

    while ((irq = plic_claim(hartid)) != 0) {
        if (irq < NIRQ && handlers[irq])
            handlers[irq]();
        plic_complete(hartid, irq);
    }
}
