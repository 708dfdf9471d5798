// Platform-level interrupt controller: its registers. A source whose priority is 0 is off.
#include "kernel/dev/plic.h"

#include "kernel/arch/layout.h"

// Context of a hart's supervisor mode on QEMU's virt machine; the even ones are machine mode's.
#define CONTEXT(hartid)        (2UL * (hartid) + 1)
#define PLIC_PRIORITY(irq)     (PLIC + 4UL * (irq))
#define PLIC_ENABLE(hartid)    (PLIC + 0x2000 + 0x80 * CONTEXT(hartid))
#define PLIC_THRESHOLD(hartid) (PLIC + 0x200000 + 0x1000 * CONTEXT(hartid))
#define PLIC_CLAIM(hartid)     (PLIC_THRESHOLD(hartid) + 4)

void plic_init_hart(uint hartid)
{
    for (uint irq = 0; irq < NIRQ; irq += 32)
        *mmio32(PLIC_ENABLE(hartid) + irq / 8) = ~0U;
    *mmio32(PLIC_THRESHOLD(hartid)) = 0;
}

void plic_turn_on(uint irq) { *mmio32(PLIC_PRIORITY(irq)) = 1; }

uint plic_claim(uint hartid) { return *mmio32(PLIC_CLAIM(hartid)); }

void plic_complete(uint hartid, uint irq) { *mmio32(PLIC_CLAIM(hartid)) = irq; }
