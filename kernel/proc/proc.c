// Processes: making and freeing them, finding them, and what can be told of them.
#include "kernel/proc/proc.h"
#include "kernel/arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/lock/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/tree.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/tlb.h"

#define PID_MAX 32767

struct spinlock tree_lock = SPINLOCK_INIT("proc tree", PROC_TREE);
struct list all_procs = {&all_procs, &all_procs};
struct proc *init_proc;

static struct kmem_cache proc_cache = KMEM_CACHE("proc", struct proc);
static uint proc_total; // tree lock
static int last_pid;    // tree lock
noreturn void (*proc_user_return)(void *p);

struct proc *proc_find_locked(int pid)
{
    list_for_each (p, &all_procs, struct proc, all)
        if (p->pid == pid)
            return p;
    return 0;
}

static bool pid_in_use_locked(int pid)
{
    if (init_proc != 0 && pgroup_is_foreground(pid))
        return true; // though that group's members may all have ended
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pid == pid || p->pgid == pid)
            return true;
        list_for_each (t, &p->threads, struct proc, sibling)
            if (t->pid == pid)
                return true;
    }
    return false;
}

// Whether the group has as many processes and threads as it may. Those that are just being made are
// not counted.
static bool group_is_full(int pgid)
{
    uint n = 0;
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pgid != pgid)
            continue;
        n++;
        list_for_each (t, &p->threads, struct proc, sibling)
            n++;
    }
    spin_unlock(&tree_lock);
    return n >= NPROC_GROUP;
}

// => tree_lock held: gives p the next free pid and its place in the tree. -EAGAIN at NPROC. A
// thread is told to end with those that are there.
static int enlist_locked(struct proc *p)
{
    if (proc_total >= NPROC)
        return -EAGAIN;
    do
        last_pid = last_pid == PID_MAX ? 2 : last_pid + 1;
    while (pid_in_use_locked(last_pid));
    p->pid = p->pgid = last_pid;
    p->killed = p->leader->ending || p->leader->doomed;
    proc_total++;
    if (p != p->leader) {
        list_push_back(&p->leader->threads, &p->sibling);
        return 0;
    }
    struct list *before = all_procs.prev;
    while (before != &all_procs && list_entry(before, struct proc, all)->pid > p->pid)
        before = before->prev;
    list_insert_between(&p->all, before, before->next);
    return 0;
}

struct proc *thread_alloc(const char *name)
{
    struct proc *p = kmem_alloc(&proc_cache);
    if (p == 0)
        return 0;
    if ((p->kstack_top = kstack_alloc()) == 0) {
        kmem_free(&proc_cache, p);
        return 0;
    }
    p->kstack_state = tlb_new_stack();
    p->tf = (struct trapframe *)(p->kstack_top - sizeof(struct trapframe));
    p->tf->sstatus = 0; // floating point is off
    p->state = PS_EMBRYO;
    p->cpu = -1;
    p->pin = ANY_HART;
    list_init(&p->run_link);
    list_init(&p->wait_link);
    list_init(&p->timer_link);
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->all);
    list_init(&p->threads);
    list_init(&p->lender);
    p->leader = p;
    spin_init(&p->fds.lock, "fdtable", LEVEL_FDTABLE);
    strlcpy(p->name, name, sizeof(p->name));
    return p;
}

static void thread_free(struct proc *p)
{
    alarm_drop(p);
    kstack_free(p->kstack_top);
    kmem_free(&proc_cache, p);
}

int proc_alloc(const struct proc *maker, bool as_thread, struct proc **out)
{
    uint64 all = proc_count();
    if (all >= NPROC || (all >= NPROC_GROUP && group_is_full(maker->leader->pgid)))
        return -EAGAIN; // at once: a fork bomb asks for this all the time
    struct proc *p = thread_alloc(maker->name);
    if (p == 0)
        return -ENOMEM;
    *p->tf = *maker->tf;
    p->isolated = maker->isolated;
    p->pin = maker->pin;
    p->fail_armed = maker->fail_armed;
    if (as_thread)
        p->leader = maker->leader;
    spin_lock(&tree_lock);
    int r = enlist_locked(p);
    spin_unlock(&tree_lock);
    if (r < 0)
        thread_free(p);
    else
        *out = p;
    return r;
}

void proc_free(struct proc *p)
{
    kassert(p->as == 0 && p->cwd == 0 && p->cwd_used == 0);
    spin_lock(&tree_lock);
    list_remove(&p->sibling);
    list_remove(&p->all);
    proc_total--;
    spin_unlock(&tree_lock);
    thread_free(p);
}

void kthread_start(const char *name, void (*main)(void *arg), void *arg)
{
    struct proc *p = thread_alloc(name);
    if (p == 0)
        panic("no memory for kernel thread %s", name);
    sched_start(p, main, arg);
}

void proc_start_init(void (*main)(void *arg))
{
    if (proc_alloc(current(), false, &init_proc) < 0)
        panic("no memory for the first process");
    kassert(init_proc->pid == 1);
    strlcpy(init_proc->name, "init", sizeof(init_proc->name));
    sched_start(init_proc, main, 0);
}

static void kill_thread(struct proc *p)
{
    __atomic_store_n(&p->killed, true, __ATOMIC_SEQ_CST);
    wakeup_killed(p);
}

static void kill_threads_locked(struct proc *leader)
{
    kill_thread(leader);
    list_for_each (t, &leader->threads, struct proc, sibling)
        kill_thread(t);
}

void proc_kill_locked(struct proc *p)
{
    p->doomed = true;
    kill_threads_locked(p);
}

bool proc_end_threads_locked(struct proc *leader)
{
    if (leader->ending)
        return false;
    leader->ending = true;
    kill_threads_locked(leader);
    return true;
}

int proc_kill(int pid)
{
    spin_lock(&tree_lock);
    struct proc *p = proc_find_locked(pid);
    int r = p == 0 ? -ESRCH : p == init_proc ? -EPERM : 0;
    if (r == 0)
        proc_kill_locked(p);
    spin_unlock(&tree_lock);
    return r;
}

int proc_parent(void)
{
    spin_lock(&tree_lock);
    const struct proc *parent = current()->leader->parent;
    int pid = parent ? parent->pid : 0;
    spin_unlock(&tree_lock);
    return pid;
}

int proc_space(int pid, bool own, struct addrspace **as)
{
    const struct proc *me = current()->leader;
    spin_lock(&tree_lock);
    const struct proc *p = proc_find_locked(pid);
    int err = !p || !p->as ? -ESRCH : own && p != me && p->parent != me ? -EPERM : 0;
    if (err == 0)
        as_get(*as = p->as);
    spin_unlock(&tree_lock);
    return err;
}

// => tree_lock held. What the address space tells is added without it.
static void fill_info_locked(struct proc *p, struct procinfo *info)
{
    *info = (struct procinfo){
        .pid = p->pid,
        .ppid = p->parent ? p->parent->pid : 0,
        .pgid = p->pgid,
        .state = p->state,
        .cpu = p->cpu,
        .isolated = p->isolated,
        .ticks = p->ticks + p->ended_ticks,
        .pin = p->pin,
        .threads = 1,
    };
    list_for_each (t, &p->threads, struct proc, sibling) {
        info->ticks += t->ticks;
        info->threads++;
    }
    strlcpy(info->name, p->name, sizeof(info->name));
}

int proc_info(int pid, struct procinfo *info)
{
    struct addrspace *as = 0;
    int found = -ESRCH;
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pid >= pid) {
            found = p->pid;
            fill_info_locked(p, info);
            if ((as = p->as) != 0)
                as_get(as);
            break;
        }
    }
    spin_unlock(&tree_lock);
    if (as != 0) {
        info->size = as_usage(as, &info->shared, &info->file);
        info->resident = as->resident;
        info->tables = as->tables;
        as_put(as);
    }
    return found;
}

uint64 proc_count(void) { return __atomic_load_n(&proc_total, __ATOMIC_RELAXED); }

void proc_list(void)
{
    static const char *const state_name[] = {"unused",  "embryo",   "runnable",
                                             "running", "sleeping", "zombie"};
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all)
        kprintf("%5d %5d %-8s %s\n", p->pid, p->parent ? p->parent->pid : 0, state_name[p->state],
                p->name);
    spin_unlock(&tree_lock);
}

// --- The working directory ---

// With one thread nobody changes it meanwhile. Of several, each keeps a reference on the one that
// it saw last, so that another's chdir does not free it under a call. What is returned is that one:
// the process's may be another by then.
struct inode *proc_cwd(void)
{
    struct proc *p = current(), *leader = p->leader;
    if (list_empty(&leader->threads))
        return leader->cwd;
    if (p->cwd_used != __atomic_load_n(&leader->cwd, __ATOMIC_RELAXED)) {
        proc_drop_cwd(p);
        spin_lock(&leader->fds.lock);
        p->cwd_used = inode_dup(leader->cwd);
        spin_unlock(&leader->fds.lock);
    }
    return p->cwd_used;
}

void proc_set_cwd(struct inode *dir)
{
    struct proc *leader = current()->leader;
    spin_lock(&leader->fds.lock);
    struct inode *old = leader->cwd;
    __atomic_store_n(&leader->cwd, dir, __ATOMIC_RELAXED);
    spin_unlock(&leader->fds.lock);
    inode_put(old);
}

void proc_drop_cwd(struct proc *p)
{
    inode_put(p->cwd_used);
    p->cwd_used = 0;
}
