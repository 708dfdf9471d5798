// System calls: threads.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/thread.h"
#include "kernel/sys/dispatch.h"
#include "kernel/vm/uaccess.h"

int64 sys_clone(const uint64 *a) { return thread_clone(a[0], a[1], a[2]); }

int64 sys_thread_exit(const uint64 *a) { thread_exit((int)a[0]); }

int64 sys_join(const uint64 *a)
{
    struct proc *zombie;
    int status;
    int r = thread_join((int)a[0], &status, &zombie);
    if (r < 0)
        return r;
    // The thread is gone only once its status has arrived.
    if (a[1] != 0 && copyout(a[1], &status, sizeof(status)) < 0) {
        proc_unclaim(zombie);
        return -EFAULT;
    }
    thread_reap(zombie);
    return r;
}

int64 sys_futex(const uint64 *a)
{
    struct addrspace *as = current()->as;
    int op = (int)a[1], value = (int)a[2];
    if (op == FUTEX_WAIT)
        return futex_wait(as, a[0], value, (int)a[3]);
    return op == FUTEX_WAKE ? futex_wake(as, a[0], value) : -EINVAL;
}
