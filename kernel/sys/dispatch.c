// The dispatcher: from a trap frame to the function behind the call's number, and back.
//
// user_trap() calls syscall(), and syscall() calls sys_read(): nothing stands between them. So the
// arguments are taken from the trap frame here, in a switch with a case for each call.
#include "kernel/sys/dispatch.h"
#include "kernel/arch/trapframe.h"
#include "kernel/errno.h"
#include "kernel/fs/journal.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/watch.h"
#include "kernel/vm/fault/uaccess.h"

// The registers a0 to a5 lie one behind another in the trap frame. struct args_read gives them the
// names of read's arguments: { uint64 fd, buf, n; }.
#define ARG(type, name) name
#define NO_ARGS         none
#define ARGS(number, name, result, ...)                                                            \
    struct args_##name {                                                                           \
        uint64 __VA_ARGS__;                                                                        \
    };
SYSCALLS(ARGS, ARGS)
#undef ARGS
#undef NO_ARGS
#undef ARG

// Calls the function behind a number. For read the case is: return sys_read(args->fd, args->buf,
// args->n). The function's prototype narrows each register to the argument's type.
static inline __attribute__((always_inline)) int64 call(uint64 number, const struct trapframe *tf)
{
    switch (number) {
#define ARG(type, name) args->name
#define NO_ARGS
#define CASE(number, name, result, ...)                                                            \
    case number: {                                                                                 \
        __attribute__((unused)) const struct args_##name *args = (const void *)&tf->a0;            \
        return sys_##name(__VA_ARGS__);                                                            \
    }
        SYSCALLS(CASE, CASE)
#undef CASE
#undef NO_ARGS
#undef ARG
    default:
        return -ENOSYS;
    }
}

// Before the call of a process that is watched: prints the arguments if that is wanted. False: the
// call is refused. open and exec ask for themselves, because they know the path.
static __attribute__((noinline)) bool begin_watched(const struct watch *watch, uint64 number,
                                                    const struct trapframe *tf)
{
    if (watch->verbose)
        trace_arguments(number, tf);
    return number == SYS_open || number == SYS_exec || !watch_refuses(watch, number);
}

// A call that found no memory has changed nothing. It is worth a second try if changed blocks of
// files can be written to the disk now, so that their memory is free. But a negative result of
// sigreturn is a register of the interrupted program, and one of failalloc is a count.
static __attribute__((noinline)) int64 after_error(uint64 number, const struct trapframe *tf,
                                                   int64 result)
{
    if (result != -ENOMEM || number == SYS_sigreturn || number == SYS_failalloc ||
        !journal_free_memory())
        return result;
    return call(number, tf);
}

void syscall(struct trapframe *tf)
{
    const struct watch *watch = &current()->proc->watch;
    uint64 number = tf->a7;
    int64 result = -EPERM;

    if (likely(!watch->at_begin) || begin_watched(watch, number, tf))
        result = call(number, tf);
    if (unlikely(result < 0))
        result = after_error(number, tf, result);
    tf->a0 = result;

    // Only now, because the call may have been trace() itself.
    if (unlikely(watch->traced != 0))
        trace_result(number, result);
}

int fetch_path(uaddr_t addr, char *path)
{
    int64 n = copyinstr(path, addr, MAXPATH);

    if (n < 0)
        return n;
    return 0;
}
