// Floating point of processes. The registers belong to a process from its first floating-point
// instruction on: until then sstatus.FS is off in its trap frame and that instruction traps. They
// are saved when another process runs, if they have changed, and loaded only where they are not
// there yet. exec ends their use: it begins with a new trap frame.
#ifndef KERNEL_THREAD_FP_H
#define KERNEL_THREAD_FP_H

#include "kernel/arch/fpu.h"

struct thread;

void fp_enable(struct thread *t); // first use

// Copies the running process's registers, if it uses them. Puts them back: it has used them ever
// since.
void fp_save(struct thread *t, struct fpregs *to);
void fp_restore(struct thread *t, const struct fpregs *from);

// Around a switch, interrupts off: p leaves, comes to this hart (last: the hart it ran on before).
void fp_switch_out(struct thread *t);
void fp_switch_in(struct thread *t, int last);

#endif
