// System calls on processes, threads, process groups, time, and the machine.
#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/dev/console.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/power.h"
#include "kernel/dev/rtc.h"
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/fdtable.h"
#include "kernel/file/file.h"
#include "kernel/file/pipe.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/panic.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/args.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/thread/sched.h"
#include "kernel/proc/clone.h"
#include "kernel/proc/watch.h"
#include "kernel/sys/dispatch.h"
#include "kernel/sysinfo.h"
#include "kernel/vm/fault/uaccess.h"

// --- Processes and threads ---

int64 sys_fork(void) { return proc_fork(); }

int64 sys_exit(int status) { proc_exit(status); }

int64 sys_thread_exit(int status) { thread_exit(status); }

// Copies an ended child's or thread's status to addr; not if addr is 0. 0; -EFAULT.
static int tell_status(int status, uaddr_t addr)
{
    if (addr == 0)
        return 0;
    return copyout(addr, &status, sizeof(status));
}

int64 sys_waitpid(int pid, uaddr_t status, int flags)
{
    struct proc *zombie;

    if (flags & ~WNOHANG)
        return -EINVAL;
    int found = proc_wait(pid, flags & WNOHANG, &zombie);
    if (found <= 0)
        return found;

    // The zombie is freed only when the program has got its status. If the copy fails, the zombie
    // stays, and another wait can find it.
    if (tell_status(zombie->exit_status, status) < 0) {
        proc_unclaim(zombie);
        return -EFAULT;
    }
    proc_reap(zombie);
    return found;
}

int64 sys_wait(uaddr_t status) { return sys_waitpid(-1, status, 0); }

int64 sys_clone(uaddr_t fn, uaddr_t arg, uaddr_t stack_top)
{
    return thread_clone(fn, arg, stack_top);
}

int64 sys_join(int tid, uaddr_t status)
{
    struct thread *zombie;
    int found = thread_join(tid, &zombie);
    if (found <= 0)
        return found;

    if (tell_status(zombie->exit_status, status) < 0) {
        thread_unclaim(zombie);
        return -EFAULT;
    }
    thread_reap(zombie);
    return found;
}

int64 sys_futex(uaddr_t addr, int op, int value, int ticks)
{
    struct addrspace *as = current()->proc->as;

    if (op == FUTEX_WAIT)
        return futex_wait(as, addr, value, ticks);
    if (op == FUTEX_WAKE)
        return futex_wake(as, addr, value);
    return -EINVAL;
}

int64 sys_cpupin(int cpu)
{
    if (cpu < 0 || (uint)cpu >= cpu_count)
        return -EINVAL;
    sched_bind(cpu);
    return 0;
}

int64 sys_kill(int pid)
{
    if (pid >= -1)
        return proc_kill(pid);

    // As in POSIX, a number below -1 means a process group.
    if (pgroup_kill(-(int64)pid) == 0)
        return -ESRCH;
    return 0;
}

int64 sys_getpid(void) { return current()->proc->pid; }

int64 sys_getppid(void) { return proc_parent(); }

int64 sys_procinfo(int pid, uaddr_t info)
{
    struct procinfo p;

    memset(&p, 0, sizeof(p));
    int found = proc_info(pid, &p);
    if (found >= 0 && copyout(info, &p, sizeof(p)) < 0)
        return -EFAULT;
    return found;
}

// --- exec ---

// Appends the user's string at s to the arguments. 0; -E2BIG; -EFAULT; -ENOMEM.
static int add_arg(struct exec_args *args, uaddr_t s)
{
    if (args->argc == MAXARG)
        return -E2BIG;
    args->start[args->argc++] = args->used;

    // Each turn copies as much of the string as the frame has room for. If no 0 was among that, the
    // string goes on in the next frame.
    for (;;) {
        size_t at = args->used % PGSIZE;
        size_t room = min_u64(PGSIZE - at, ARGS_BYTES - args->used);
        char **frame = &args->frame[args->used / PGSIZE];
        if (at == 0) {
            struct page *page = page_alloc(0);
            if (page == NULL)
                return -ENOMEM;
            *frame = page_to_virt(page);
        }
        if (room == 0)
            return -E2BIG;

        int64 n = copyinstr(*frame + at, s, room);
        if (n >= 0) {
            args->used += n + 1; // the 0, too
            return 0;
        }
        if (n != -ENAMETOOLONG)
            return n;
        args->used += room;
        s += room;
    }
}

// Copies the strings of the user's argv, which ends with a null pointer. 0; -E2BIG; -EFAULT;
// -ENOMEM.
static int fetch_args(struct exec_args *args, uaddr_t argv)
{
    for (;; argv += sizeof(uaddr_t)) {
        uaddr_t s;
        if (copyin(&s, argv, sizeof(s)) < 0)
            return -EFAULT;
        if (s == 0)
            return 0;
        int err = add_arg(args, s);
        if (err)
            return err;
    }
}

int64 sys_exec(uaddr_t path, uaddr_t argv)
{
    char name[MAXPATH];
    struct exec_args args = {0};
    struct inode *only;
    int err = fetch_path(path, name);

    // A process that is refused exec may have one path left, which must lead to `only`.
    if (err == 0)
        err = watch_permits(&current()->proc->watch, SYS_exec, name, &only);
    if (err)
        return err;

    // proc_exec() copies the arguments to the new stack, so their frames are ours to free. It
    // returns argc, which the new program finds in a0.
    int64 result = fetch_args(&args, argv);
    if (result == 0)
        result = proc_exec(name, only, &args);
    for (uint i = 0; i < ARGS_FRAMES && args.frame[i] != NULL; i++)
        page_put(virt_to_page(args.frame[i]));
    inode_put(only);
    return result;
}

// --- Process groups and the console ---

int64 sys_setpgid(int pid, int pgid) { return pgroup_set(pid, pgid); }

// 0; -EBADF; -ENOTTY: fd is open, but is not the console.
static int check_console(int fd)
{
    struct file *f = fdtable_get(&current()->proc->fds, fd);
    int err = 0;

    if (f == NULL)
        return -EBADF;
    if (f->major != DEV_CONSOLE)
        err = -ENOTTY;
    file_close(f);
    return err;
}

int64 sys_tcsetpgrp(int fd, int pgid)
{
    int err = check_console(fd);

    if (err)
        return err;
    return pgroup_set_foreground(pgid);
}

int64 sys_tcshell(int fd)
{
    int err = check_console(fd);

    if (err)
        return err;
    return pgroup_become_shell();
}

// --- Time ---

static struct spinlock pause_lock = SPINLOCK_INIT("pause", PIPE);

// Debuggers and graders set breakpoints on sys_sleep and on sys_pause, so each must stay a function
// of its own.
__attribute__((noinline)) int64 sys_sleep(int ticks)
{
    if (ticks <= 0)
        return 0;

    // Nobody wakes this channel: only the time, or a kill, ends the sleep. pause_lock guards
    // nothing, but a sleep needs a lock.
    spin_lock(&pause_lock);
    int err = sleep_timeout(&current()->deadline, &pause_lock, ticks, true);
    spin_unlock(&pause_lock);
    if (err == -EINTR)
        return err;
    return 0;
}

__attribute__((noinline)) int64 sys_pause(int ticks) { return sys_sleep(ticks); }

int64 sys_uptime(void) { return clock_ticks(); }

int64 sys_gettime(uaddr_t ns)
{
    uint64 now = rtc_now();

    return copyout(ns, &now, sizeof(now));
}

int64 sys_sigalarm(int ticks, uaddr_t handler) { return alarm_set(current(), ticks, handler); }

int64 sys_sigreturn(void) { return alarm_return(current()); }

// --- Watched calls ---

// The mask has a bit for each call up to 63. Programs give an int: its sign, bit 31, becomes bits
// 31 to 63 here, and so it stands for all calls from 31 on.
int64 sys_trace(int mask)
{
    current()->proc->watch.traced = (int64)mask;
    return 0;
}

int64 sys_trace_verbose(int on)
{
    watch_set_verbose(&current()->proc->watch, on != 0);
    return 0;
}

int64 sys_interpose(int mask, uaddr_t path)
{
    char name[MAXPATH];
    int err = fetch_path(path, name);

    if (err)
        return err;
    return watch_interpose(&current()->proc->watch, (int64)mask, name);
}

int64 sys_backtrace(void)
{
    backtrace();
    return 0;
}

// --- The machine ---

int64 sys_sysinfo(uaddr_t info)
{
    struct page_stats m;

    // First: a frame that becomes available from here on is counted twice, and not missed.
    uint64 pending = journal_pending();
    page_stats(&m);
    struct sysinfo s = {
        .freemem = (m.available + pending) * PGSIZE,
        .nproc = proc_count(),
        .totalmem = m.total * PGSIZE,
        .freepages = m.free,
        .reclaimable = m.reclaimable,
        .promised = m.promised - min_u64(cache_promised(), m.promised),
        .kmemobjs = kmem_objects(),
        .inodes = inodes_in_core(),
        .files = files_open(),
        .pipes = pipes_open(),
        .blocks = cache_in_use(),
        .mapped = page_mapped(),
        .freeblocks = blocks_free(),
        .freeinodes = inodes_free(),
        .ncpu = cpu_count,
        .timebase = machine.timebase,
        .tlbflushes = counters[C_tlb_flush],
    };
    return copyout(info, &s, sizeof(s));
}

int64 sys_poweroff(int status)
{
    if (status < 0 || status > 127)
        return -EINVAL;
    proc_shut_down();
    power_off(status);
}

int64 sys_reboot(void)
{
    proc_shut_down();
    power_reset();
}
