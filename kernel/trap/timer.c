// The timer. Supervisor mode sets the machine's compare register itself (CLINT, memory mapped);
// when it fires, machine mode passes it on as a software interrupt (boot/entry.S). This works on
// every QEMU, with or without the Sstc extension.
#include "kernel/trap/timer.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/dev/disk.h"
#include "kernel/dev/log.h"
#include "kernel/thread/waitq.h"
#include "kernel/thread/sched.h"

// Ticks that a stopped or slow emulator has missed are not made up for: clock_ticks asks the time.
void timer_init_hart(void)
{
    *mmio64(CLINT_MTIMECMP(this_cpu()->index)) = (clock_ticks() + 1) * clock_interval();
}

// Machine mode has put the timer off and tells so. The time is not asked: it may lag behind the
// timer's, and a tick that seems to come too early must set the timer, too, or it would be the
// last.
void timer_interrupt(void)
{
    struct cpu *c = this_cpu();
    if (!__atomic_load_n(&c->timer_fired, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&c->timer_fired, 0, __ATOMIC_RELAXED);
    timer_init_hart();
    if (c->index == 0) {
        waitq_tick();
        log_tick();
        disk_tick();
    }
    sched_tick();
}
