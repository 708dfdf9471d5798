// The system call dispatcher: one table, made from kernel/syscall.h.
#include "kernel/sys/dispatch.h"
#include "kernel/arch/trapframe.h"
#include "kernel/errno.h"
#include "kernel/lib/print.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/vm/uaccess.h"

static int64 (*const functions[])(const uint64 *a) = {
#define SYSCALL_FUNCTION(number, name, args) [number] = sys_##name,
    SYSCALLS(SYSCALL_FUNCTION)
#undef SYSCALL_FUNCTION
};

static const char *const names[] = {
#define SYSCALL_NAME(number, name, args) [number] = #name,
    SYSCALLS(SYSCALL_NAME)
#undef SYSCALL_NAME
};

void syscall(struct trapframe *tf)
{
    uint64 number = tf->a7;
    int64 result = -ENOSYS;
    if (number < ARRAY_LEN(functions) && functions[number])
        result = functions[number](&tf->a0);
    tf->a0 = result;
    struct proc *p = current();
    if (unlikely(p->trace_mask != 0) && number < ARRAY_LEN(names) && names[number] && (p->trace_mask >> number & 1))
        kprintf("%d: syscall %s -> %ld\n", p->pid, names[number], result < 0 ? -1 : result);
}

int fetch_path(uaddr_t addr, char *path)
{
    int64 n = copyinstr(path, addr, MAXPATH);
    return n < 0 ? n : 0;
}
