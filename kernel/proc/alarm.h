// Alarms: a thread has a function of its own called after every so many clock ticks.
//
//     states:  none -> counting (alarm_set) -> in the handler (alarm_deliver) -> counting
//     (alarm_return)
//              alarm_set with 0 ticks: stops counting; exec and exit: none
//
// A tick counts if it meets the thread running, in user mode or in the kernel on its behalf; ticks
// that meet it in the handler do not, so the program itself gets that many between two calls. The
// handler begins on the way back to user mode with all registers as the program left them, but pc,
// and sp rounded down to 16. It ends with sigreturn, which puts back every register, floating point
// included, from the kernel's own copy: nothing that the handler writes can change that.
//
// A child inherits no alarm. One that is forked in the handler goes on there and may sigreturn: it
// has the saved registers, not the count.
#ifndef KERNEL_PROC_ALARM_H
#define KERNEL_PROC_ALARM_H

#include "kernel/lib/kdef.h"

struct thread;

// Has the program's function at handler called after every ticks ticks; 0 ticks: not any more. The
// address is not checked: the program jumps there, and a bad one is its fault. 0; -EINVAL: ticks is
// negative; -ENOMEM.
int alarm_set(struct thread *t, int ticks, uaddr_t handler);

// Ends the handler. Returns what a0 held in the interrupted code; -EINVAL: not in a handler.
int64 alarm_return(struct thread *t);

// Called before t, which has an alarm, goes to user mode: lets it enter the handler if that is due.
// => interrupts off.
void alarm_deliver(struct thread *t);

int alarm_fork(struct thread *child, struct thread *parent); // 0; -ENOMEM
void alarm_drop(struct thread *t);                           // exec, and before t is freed

#endif
