// The system call dispatcher: one table, made from kernel/syscall.h.
#include "kernel/sys/dispatch.h"
#include "kernel/arch/trapframe.h"
#include "kernel/dev/console.h"
#include "kernel/errno.h"
#include "kernel/fs/journal.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/watch.h"
#include "kernel/vm/uaccess.h"

static const struct {
    int64 (*function)(const uint64 *a);
    const char *name;
} calls[] = {
#define SYSCALL_ENTRY(number, name, args) [number] = {sys_##name, #name},
    SYSCALLS(SYSCALL_ENTRY)
#undef SYSCALL_ENTRY
};

// open and exec refuse for themselves: they have the path.
static bool refused(const struct watch *w, uint64 number)
{
    return number != SYS_open && number != SYS_exec && watch_refuses(w, number);
}

// On its own, so that calls that are not traced need not save registers for it.
__attribute__((noinline)) static void print_if_traced(const struct thread *t, uint64 number,
                                                      int64 result)
{
    if (number < ARRAY_LEN(calls) && calls[number].name && watch_traces(&t->proc->watch, number))
        console_printf("%d: syscall %s -> %ld\n", t->tid, calls[number].name,
                       result < 0 ? -1 : result);
}

// What sigreturn returns is the interrupted program's, and failalloc counts.
static bool is_error(uint64 number) { return number != SYS_sigreturn && number != SYS_failalloc; }

// A call that lacked memory has changed nothing, and has another try when changed blocks have given
// back theirs.
__attribute__((noinline)) static int64 after_error(uint64 number, struct trapframe *tf,
                                                   int64 result)
{
    if (result != -ENOMEM || !is_error(number) || !journal_free_memory())
        return result;
    return calls[number].function(&tf->a0);
}

void syscall(struct trapframe *tf)
{
    const struct thread *t = current();
    const struct watch *watch = &t->proc->watch;
    uint64 number = tf->a7;
    int64 result = -ENOSYS;
    if (unlikely(watch->refused != 0) && refused(watch, number))
        result = -EPERM;
    else if (number < ARRAY_LEN(calls) && calls[number].function)
        result = calls[number].function(&tf->a0);
    if (unlikely(result < 0))
        result = after_error(number, tf, result);
    tf->a0 = result;
    if (unlikely(watch->traced != 0))
        print_if_traced(t, number, result);
}

int fetch_path(uaddr_t addr, char *path)
{
    int64 n = copyinstr(path, addr, MAXPATH);
    return n < 0 ? n : 0;
}
