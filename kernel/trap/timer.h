// The clock tick: TICK_HZ a second on every hart.
#ifndef KERNEL_TRAP_TIMER_H
#define KERNEL_TRAP_TIMER_H

void timer_init_hart(void); // starts this hart's ticks
void timer_interrupt(void); // called at every software interrupt: a tick may be due

#endif
