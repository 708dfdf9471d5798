// External interrupts: the handler table between the PLIC and the drivers.
//
// Every source with a handler is enabled on every hart that accepts interrupts, whichever of the
// two came first. While a source is being served the PLIC does not raise it again, so a handler
// never runs on two harts at once.
#include "kernel/dev/irq.h"

#include "kernel/arch/cpu.h"
#include "kernel/dev/plic.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/spinlock.h"

// Guards what follows; handlers are called without it.
static struct spinlock irq_lock = SPINLOCK_INIT("irq", DEVICE);
static uint64 sources;     // that have a handler, a bit each
static bool accepts[NCPU]; // harts that accept interrupts
static struct {
    void (*handler)(void *arg);
    void *arg;
} handlers[NIRQ];

static_assert(NIRQ == 64, "sources is a word of bits");

void irq_init(void)
{
    for (uint irq = 1; irq < NIRQ; irq++)
        plic_set_priority(irq, handlers[irq].handler ? 1 : 0);
}

void irq_init_hart(void)
{
    struct cpu *c = this_cpu();

    spin_lock(&irq_lock);
    accepts[c->index] = true;
    plic_enable(c->hartid, sources);
    spin_unlock(&irq_lock);
    csr_set(sie, SIE_SEIE);
}

void irq_register(uint irq, void (*handler)(void *arg), void *arg)
{
    kassert(irq > 0 && irq < NIRQ && !handlers[irq].handler);
    spin_lock(&irq_lock);
    handlers[irq].arg = arg;
    handlers[irq].handler = handler;
    sources |= 1UL << irq;
    plic_set_priority(irq, 1);
    for (uint i = 0; i < NCPU; i++)
        if (accepts[i])
            plic_enable(cpus[i].hartid, sources);
    spin_unlock(&irq_lock);
}

void irq_dispatch(void)
{
    uint hartid = this_cpu()->hartid;
    uint irq;

    while ((irq = plic_claim(hartid)) != 0) {
        if (irq < NIRQ && handlers[irq].handler)
            handlers[irq].handler(handlers[irq].arg);
        plic_complete(hartid, irq);
    }
}
