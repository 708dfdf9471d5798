// The timer. Supervisor mode sets the machine's compare register itself (CLINT, memory mapped);
// when it fires, machine mode passes it on as a software interrupt (boot/entry.S). This works on
// every QEMU, with or without the Sstc extension.
#include "kernel/trap/timer.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/layout.h"
#include "kernel/lock/waitq.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"

static void set_next(struct cpu *c, uint64 when)
{
    c->next_tick = when;
    *mmio64(CLINT_MTIMECMP(c->hartid)) = when;
}

void timer_init_hart(void) { set_next(this_cpu(), time_now() + machine.timebase / TICK_HZ); }

// Ticks that a stopped or slow emulator has missed are made up for in the count, not one by one.
void timer_interrupt(void)
{
    struct cpu *c = this_cpu();
    uint64 now = time_now(), interval = machine.timebase / TICK_HZ;
    if (now < c->next_tick)
        return;
    uint64 ticks = (now - c->next_tick) / interval + 1;
    set_next(c, c->next_tick + ticks * interval);
    if (c->index == 0)
        waitq_tick(clock_ticks() + ticks);
    c->proc->ticks++;
    c->resched = sched_others_ready();
}
