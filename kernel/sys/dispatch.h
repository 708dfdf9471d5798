// System calls: the functions behind kernel/syscall.h. Each fetches and checks its arguments,
// calls the layer that does the work, and copies results out; none keeps state. a[0] to a[5] are
// the argument registers. The result is a value or -errno.
#ifndef KERNEL_SYS_DISPATCH_H
#define KERNEL_SYS_DISPATCH_H

#include "kernel/lib/kdef.h"
#include "kernel/syscall.h"

#define SYSCALL_PROTOTYPE(number, name, args) int64 sys_##name(const uint64 *a);
SYSCALLS(SYSCALL_PROTOTYPE)
#undef SYSCALL_PROTOTYPE
int64 sys_sleep(const uint64 *a); // what sys_pause does, under its older name

struct trapframe;
// Runs the call that a process asked for in its registers, and sets a0.
void syscall(struct trapframe *tf);

// A path argument: copies it to path of MAXPATH bytes. 0; -EFAULT; -ENAMETOOLONG.
int fetch_path(uaddr_t addr, char *path);

#endif
