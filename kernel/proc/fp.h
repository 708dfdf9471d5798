// Floating point of processes. The registers belong to a process from its first floating-point
// instruction on: until then sstatus.FS is off and that instruction traps. They are saved when
// another process runs, if they have changed, and loaded only where they are not there yet.
#ifndef KERNEL_PROC_FP_H
#define KERNEL_PROC_FP_H

#include "kernel/lib/kdef.h"

struct fpregs;
struct proc;

int fp_enable(struct proc *p);                        // first use: 0 or -ENOMEM
int fp_fork(struct proc *child, struct proc *parent); // the child's copy: 0 or -ENOMEM
void fp_drop(struct proc *p);                         // exec, exit: back to not using it

// Copies the running process's registers; false if it does not use them. Puts them back: it has used
// them ever since.
bool fp_save(struct proc *p, struct fpregs *to);
void fp_restore(struct proc *p, const struct fpregs *from);

// Around a switch, interrupts off: p leaves, comes to this hart (last: the hart it ran on before).
void fp_switch_out(struct proc *p);
void fp_switch_in(struct proc *p, int last);

#endif
