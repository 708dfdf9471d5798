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

// The next tick is the next multiple of the interval. Ticks that a stopped or slow emulator has
// missed are not made up for: clock_ticks asks the time.
void timer_init_hart(void)
{
    *mmio64(CLINT_MTIMECMP(this_cpu()->index)) = (clock_ticks() + 1) * clock_interval();
}

// A software interrupt has come. It was the timer if machine mode, which has turned the timer off,
// says so. The time is not asked: this hart's clock may lag behind the timer's, and a tick that
// seems to come too early must set the timer, too. Otherwise it would be the last.
void timer_interrupt(void)
{
    struct cpu *c = this_cpu();
    if (!__atomic_load_n(&c->timer_fired, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&c->timer_fired, 0, __ATOMIC_RELAXED);
    timer_init_hart();

    // What needs a clock, but not one of each hart, is hart 0's.
    if (c->index == 0) {
        waitq_tick();
        log_tick();
        disk_tick();
    }
    sched_tick();
}
