// The system call dispatcher: one table, made from kernel/syscall.h.
#include "kernel/sys/dispatch.h"
#include "kernel/arch/trapframe.h"
#include "kernel/errno.h"
#include "kernel/lib/print.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/watch.h"
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

// open and exec refuse for themselves: they have the path.
static bool refused(const struct watch *w, uint64 number)
{
    return number != SYS_open && number != SYS_exec && watch_refuses(w, number, 0);
}

static void print_if_traced(const struct proc *p, uint64 number, int64 result)
{
    if (number < ARRAY_LEN(names) && names[number] && watch_traces(p->leader->watch, number))
        kprintf("%d: syscall %s -> %ld\n", p->pid, names[number], result < 0 ? -1 : result);
}

void syscall(struct trapframe *tf)
{
    const struct proc *p = current();
    uint64 number = tf->a7;
    int64 result = -ENOSYS;
    const struct watch *watch = p->leader->watch;
    if (unlikely(watch != 0) && refused(watch, number))
        result = -EPERM;
    else if (number < ARRAY_LEN(functions) && functions[number])
        result = functions[number](&tf->a0);
    tf->a0 = result;
    if (unlikely(p->leader->watch != 0))
        print_if_traced(p, number, result);
}

int fetch_path(uaddr_t addr, char *path)
{
    int64 n = copyinstr(path, addr, MAXPATH);
    return n < 0 ? n : 0;
}
