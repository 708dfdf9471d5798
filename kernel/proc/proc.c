// Processes: making and freeing them, finding them, and what can be told of them.
#include "kernel/proc/proc.h"
#include "kernel/arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/lock/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/tree.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/kmap.h"

#define PID_MAX 32767

struct spinlock tree_lock = SPINLOCK_INIT("proc tree", PROC_TREE);
struct list all_procs = {&all_procs, &all_procs};
struct proc *init_proc;

static struct kmem_cache proc_cache = KMEM_CACHE("proc", struct proc);
static uint proc_total; // tree lock
static int last_pid;    // tree lock
noreturn void (*proc_user_return)(void);

struct proc *proc_find_locked(int pid)
{
    list_for_each (p, &all_procs, struct proc, all)
        if (p->pid == pid)
            return p;
    return 0;
}

static bool pid_in_use_locked(int pid)
{
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pid == pid || p->pgid == pid)
            return true;
        list_for_each (t, &p->threads, struct proc, all)
            if (t->pid == pid)
                return true;
    }
    return false;
}

// => tree_lock held: gives p the next free pid and its place in the list. -EAGAIN at NPROC. A thread
// is told to end with those that are there.
static int enlist_locked(struct proc *p)
{
    if (proc_total >= NPROC)
        return -EAGAIN;
    do
        last_pid = last_pid == PID_MAX ? 2 : last_pid + 1;
    while (pid_in_use_locked(last_pid));
    p->pid = p->pgid = last_pid;
    struct list *list = p->leader == p ? &all_procs : &p->leader->threads;
    struct list *before = list->prev;
    while (before != list && list_entry(before, struct proc, all)->pid > p->pid)
        before = before->prev;
    list_insert_between(&p->all, before, before->next);
    p->killed = p->leader->ending || p->leader->doomed;
    proc_total++;
    return 0;
}

// A process or kernel thread with a kernel stack, in no list.
static int thread_alloc(struct proc **out)
{
    struct proc *p = kmem_alloc(&proc_cache);
    if (p == 0)
        return -ENOMEM;
    if ((p->kstack_top = kstack_alloc()) == 0) {
        kmem_free(&proc_cache, p);
        return -ENOMEM;
    }
    p->tf = (struct trapframe *)(p->kstack_top - sizeof(struct trapframe));
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
    p->leader = p;
    spin_init(&p->fds.lock, "fdtable", LEVEL_FDTABLE);
    *out = p;
    return 0;
}

int proc_alloc(struct proc *leader, struct proc **out)
{
    struct proc *p;
    if (proc_count() >= NPROC)
        return -EAGAIN; // at once: a fork bomb asks for this all the time
    int r = thread_alloc(&p);
    if (r < 0)
        return r;
    if (leader)
        p->leader = leader;
    spin_lock(&tree_lock);
    r = enlist_locked(p);
    spin_unlock(&tree_lock);
    if (r < 0) {
        kstack_free(p->kstack_top);
        kmem_free(&proc_cache, p);
        return r;
    }
    *out = p;
    return 0;
}

void proc_free(struct proc *p)
{
    kassert(p->as == 0 && p->fp == 0 && p->alarm == 0 && p->watch == 0 && p->cwd == 0 && p->cwd_used == 0);
    spin_lock(&tree_lock);
    list_remove(&p->sibling);
    list_remove(&p->all);
    proc_total--;
    spin_unlock(&tree_lock);
    kstack_free(p->kstack_top);
    kmem_free(&proc_cache, p);
}

static void thread_entry(void)
{
    struct proc *p = current();
    p->thread_main(p->thread_arg);
    panic("thread %s has returned", p->name);
}

static void begin(struct proc *p, const char *name, void (*main)(void *arg), void *arg)
{
    strlcpy(p->name, name, sizeof(p->name));
    p->thread_main = main;
    p->thread_arg = arg;
    sched_prepare(p, thread_entry);
    sched_ready(p);
}

void kthread_start(const char *name, void (*main)(void *arg), void *arg)
{
    struct proc *p;
    if (thread_alloc(&p) < 0)
        panic("no memory for kernel thread %s", name);
    begin(p, name, main, arg);
}

void proc_start_init(void (*main)(void *arg))
{
    struct proc *p;
    if (proc_alloc(0, &p) < 0)
        panic("no memory for the first process");
    kassert(p->pid == 1);
    init_proc = p;
    begin(p, "init", main, 0);
}

static void kill_thread(struct proc *p)
{
    __atomic_store_n(&p->killed, true, __ATOMIC_SEQ_CST);
    wakeup_killed(p);
}

// All threads of the leader's process but except.
static void kill_threads_locked(struct proc *leader, const struct proc *except)
{
    if (leader != except)
        kill_thread(leader);
    list_for_each (t, &leader->threads, struct proc, all)
        if (t != except)
            kill_thread(t);
}

void proc_kill_locked(struct proc *p)
{
    p->doomed = true;
    kill_threads_locked(p, 0);
}

bool proc_end_threads_locked(struct proc *self)
{
    struct proc *leader = self->leader;
    bool first = !leader->ending;
    leader->ending = true;
    if (first)
        kill_threads_locked(leader, self);
    return first;
}

int proc_kill(int pid)
{
    int r = pid == 1 ? -EPERM : -ESRCH;
    spin_lock(&tree_lock);
    struct proc *p = pid == 1 ? 0 : proc_find_locked(pid);
    if (p != 0) {
        proc_kill_locked(p);
        r = 0;
    }
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

struct addrspace *proc_space(int pid)
{
    spin_lock(&tree_lock);
    struct proc *p = proc_find_locked(pid);
    struct addrspace *as = p ? p->as : 0;
    if (as != 0)
        as_get(as);
    spin_unlock(&tree_lock);
    return as;
}

int proc_space_of_own(int pid, struct addrspace **as)
{
    const struct proc *me = current()->leader;
    spin_lock(&tree_lock);
    const struct proc *p = proc_find_locked(pid);
    int err = !p || !p->as ? -ESRCH : p != me && p->parent != me ? -EPERM : 0;
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
    list_for_each (t, &p->threads, struct proc, all) {
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
        info->size = as_size(as);
        info->resident = as->resident;
        info->tables = as->tables;
        as_usage(as, &info->shared, &info->file);
        as_put(as);
    }
    return found;
}

uint64 proc_count(void) { return __atomic_load_n(&proc_total, __ATOMIC_RELAXED); }

void proc_list(void)
{
    static const char *const state_name[] = {"unused", "embryo", "runnable", "running", "sleeping", "zombie"};
    spin_lock(&tree_lock);
    kprintf("\n");
    list_for_each (p, &all_procs, struct proc, all)
        kprintf("%5d %5d %-8s %s\n", p->pid, p->parent ? p->parent->pid : 0, state_name[p->state], p->name);
    spin_unlock(&tree_lock);
}
