// Floating point of threads. A thread uses the registers from its first floating-point instruction
// on: until then sstatus.FS is off in its trap frame and that instruction traps. A switch saves the
// registers of the thread that leaves if they have changed, and loads those of the thread that
// comes if they are not in this hart already. exec ends their use: it begins with a new trap frame.
#ifndef KERNEL_THREAD_FP_H
#define KERNEL_THREAD_FP_H

#include "kernel/arch/fpu.h"

struct thread;

void fp_enable(struct thread *t); // first use

// Copies the running thread's registers, if it uses them; and sets them: it uses them from then on.
void fp_save(struct thread *t, struct fpregs *to);
void fp_restore(struct thread *t, const struct fpregs *from);

// Around a switch, interrupts off: t leaves; t comes to this hart (last: the hart it ran on
// before).
void fp_switch_out(struct thread *t);
void fp_switch_in(struct thread *t, int last);

#endif
