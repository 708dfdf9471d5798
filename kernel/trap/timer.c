// The timer. Supervisor mode sets the machine's compare register itself (CLINT, memory mapped);
// when it fires, machine mode passes it on as a software interrupt (boot/entry.S). This works on
// every QEMU, with or without the Sstc extension.
#include "kernel/trap/timer.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/lock/waitq.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"

static void set_next(struct cpu *c, uint64 when)
{
    c->next_tick = when;
    *mmio64(CLINT_MTIMECMP(c->index)) = when;
}

// Ticks that a stopped or slow emulator has missed are not made up for: clock_ticks asks the time.
void timer_init_hart(void) { set_next(this_cpu(), (clock_ticks() + 1) * clock_interval()); }

void timer_interrupt(void)
{
    struct cpu *c = this_cpu();
    if (time_now() < c->next_tick)
        return;
    timer_init_hart();
    if (c->index == 0)
        waitq_tick();
    c->proc->ticks++;
    c->resched = sched_others_ready();
}
