// Floating point of processes. The registers belong to a process from its first floating-point
// instruction on: until then sstatus.FS is off in its trap frame and that instruction traps. They
// are saved when another process runs, if they have changed, and loaded only where they are not
// there yet. exec ends their use: it begins with a new trap frame.
#ifndef KERNEL_PROC_FP_H
#define KERNEL_PROC_FP_H

#include "kernel/arch/fpu.h"

struct proc;

void fp_enable(struct proc *p); // first use

// Copies the running process's registers, if it uses them. Puts them back: it has used them ever
// since.
void fp_save(struct proc *p, struct fpregs *to);
void fp_restore(struct proc *p, const struct fpregs *from);

// Around a switch, interrupts off: p leaves, comes to this hart (last: the hart it ran on before).
void fp_switch_out(struct proc *p);
void fp_switch_in(struct proc *p, int last);

#endif
