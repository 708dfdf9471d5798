// System calls in the kernel: the functions behind the table in kernel/syscall.h.
//
// Each function fetches and checks its arguments, calls the layer that does the work, and copies
// the results out; it keeps no state. It returns a value or -errno.
//
// Its prototype is made from the table, so a function that disagrees with user mode does not
// compile. What is a pointer in user mode is a uaddr_t here: the kernel must not follow it, but
// copies from and to it (vm/fault/uaccess.h).
#ifndef KERNEL_SYS_DISPATCH_H
#define KERNEL_SYS_DISPATCH_H

#include "kernel/lib/kdef.h"
#include "kernel/syscall.h"

// The kernel's type for an argument that has `type` in user mode. A short is passed as an int, so
// that the function sees a number that is too large.
#define KERNEL_TYPE(type)                                                                          \
    __typeof__(_Generic((type)0, short : 0, int : 0, long : 0L, default : (uaddr_t)0))

#define ARG(type, name)                    KERNEL_TYPE(type) name
#define NO_ARGS                            void
#define HANDLER(number, name, result, ...) int64 sys_##name(__VA_ARGS__);
SYSCALLS(HANDLER, HANDLER)
#undef HANDLER
#undef NO_ARGS
#undef ARG

int64 sys_sleep(int ticks); // what sys_pause does, under its older name

struct trapframe;
// Runs the call that the process has asked for in its registers, and puts the result into a0.
void syscall(struct trapframe *tf);

// Copies a path argument to path, which has MAXPATH bytes. 0; -EFAULT; -ENAMETOOLONG.
int fetch_path(uaddr_t addr, char *path);

// Prints a line with the name and the result of a call that is over, if the process traces it.
void trace_result(uint64 number, int64 result);
// Prints a line with the name and the arguments of a call that begins, if the process traces it.
void trace_arguments(uint64 number, const struct trapframe *tf);

#endif
