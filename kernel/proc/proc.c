// Processes: making and freeing them, finding them, and what can be told of them.
#include "kernel/proc/proc.h"
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/mem/kmem.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/tree.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/space/inspect.h"
#include "kernel/vm/space/space.h"

#define NUMBER_MAX 32767 // of processes and threads

struct spinlock tree_lock = SPINLOCK_INIT("proc tree", PROC_TREE);
struct list all_procs = {&all_procs, &all_procs};
struct proc *init_proc;

static struct kmem_cache proc_cache = KMEM_CACHE("proc", struct proc);
static uint thread_total; // T, a: of all processes
static int last_number;   // T: the last one that was given to a process or thread
noreturn void (*proc_user_return)(void *running);

struct proc *proc_find_locked(int pid)
{
    list_for_each (p, &all_procs, struct proc, all)
        if (p->pid == pid)
            return p;
    return NULL;
}

static bool number_in_use_locked(int number)
{
    // The group that has the console keeps its number, though its members may all have ended.
    if (init_proc != NULL && pgroup_is_foreground(number))
        return true;

    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pid == number || p->pgid == number)
            return true;
        list_for_each (t, &p->threads, struct thread, sibling)
            if (t->tid == number)
                return true;
    }
    return false;
}

static uint thread_count_locked(const struct proc *p)
{
    uint n = 0;
    list_for_each (t, &p->threads, struct thread, sibling)
        n++;
    return n;
}

// Whether the group has as many threads as it may.
static bool group_is_full(int pgid)
{
    uint n = 0;
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all)
        if (p->pgid == pgid)
            n += thread_count_locked(p);
    spin_unlock(&tree_lock);
    return n >= NPROC_GROUP;
}

// => tree_lock held: the list of all processes stays sorted by pid.
static void list_process_locked(struct proc *p)
{
    struct list *before = all_procs.prev;
    while (before != &all_procs && list_entry(before, struct proc, all)->pid > p->pid)
        before = before->prev;
    list_insert_between(&p->all, before, before->next);
}

// => tree_lock held: gives t the next free number and its place among the threads of p. The first
// thread's number is that of the process, too. -EAGAIN at NPROC.
static int add_thread_locked(struct proc *p, struct thread *t)
{
    if (thread_total >= NPROC)
        return -EAGAIN;
    do {
        last_number++;
        if (last_number > NUMBER_MAX)
            last_number = 2; // 1 is init, always
    } while (number_in_use_locked(last_number));

    t->tid = last_number;
    t->proc = p;
    t->interactive = p->console_shell;
    t->killed = p->ending || p->doomed; // it is to end with those that are there
    list_push_back(&p->threads, &t->sibling);
    p->live++;
    thread_total++;
    if (p->pid == 0) {
        p->pid = t->tid;
        p->pgid = t->tid;
        list_process_locked(p);
    }
    return 0;
}

void proc_remove_thread_locked(struct thread *t)
{
    list_remove(&t->sibling);
    t->proc->ended_ticks += t->ticks;
    thread_total--;
}

int proc_add_thread(struct proc *p, const struct thread *maker, struct thread **added)
{
    // The limits are looked at before anything is made: a fork bomb comes here all the time. Those
    // that are just being made are not counted yet; NPROC is looked at again.
    uint64 all = proc_count();
    if (all >= NPROC || (all >= NPROC_GROUP && group_is_full(maker->proc->pgid)))
        return -EAGAIN;

    struct thread *t = thread_new(maker->name);
    if (t == NULL)
        return -ENOMEM;
    *t->tf = *maker->tf;
    t->isolated = maker->isolated;
    t->bound = maker->bound;
    t->fail_armed = maker->fail_armed;

    spin_lock(&tree_lock);
    int err = add_thread_locked(p, t);
    spin_unlock(&tree_lock);
    if (err) {
        thread_free(t);
        return err;
    }
    *added = t;
    return 0;
}

int proc_create(const struct thread *maker, struct thread **first)
{
    struct proc *p = kmem_alloc(&proc_cache);
    if (p == NULL)
        return -ENOMEM;
    list_init(&p->all);
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->threads);
    list_init(&p->lender);
    spin_init(&p->fds.lock, "fdtable", LEVEL_FDTABLE);

    int err = proc_add_thread(p, maker, first);
    if (err)
        kmem_free(&proc_cache, p);
    return err;
}

void proc_free(struct proc *p)
{
    struct thread *last = list_entry(p->threads.next, struct thread, sibling);
    kassert(p->as == NULL && p->cwd == NULL && last->cwd_used == NULL);

    spin_lock(&tree_lock);
    proc_remove_thread_locked(last);
    kassert(list_empty(&p->threads));
    list_remove(&p->sibling);
    list_remove(&p->all);
    spin_unlock(&tree_lock);

    alarm_drop(last);
    thread_free(last);
    kmem_free(&proc_cache, p);
}

void proc_start_init(void (*main)(void *arg))
{
    struct thread *t;
    if (proc_create(current(), &t) < 0)
        panic("no memory for the first process");
    init_proc = t->proc;
    kassert(init_proc->pid == 1);
    strlcpy(t->name, "init", sizeof(t->name));
    sched_start(t, main, NULL);
}

// --- Killing ---

// => tree_lock held
static void kill_threads_locked(struct proc *p, const struct thread *but)
{
    list_for_each (t, &p->threads, struct thread, sibling) {
        if (t == but)
            continue;
        __atomic_store_n(&t->killed, true, __ATOMIC_SEQ_CST);
        wakeup_killed(t);
    }
}

void proc_kill_locked(struct proc *p)
{
    p->doomed = true;
    kill_threads_locked(p, NULL);
}

bool proc_end_threads_locked(struct proc *p, const struct thread *but)
{
    if (p->ending)
        return false;
    p->ending = true;
    kill_threads_locked(p, but);
    return true;
}

int proc_kill(int pid)
{
    int err = 0;

    spin_lock(&tree_lock);
    struct proc *p = proc_find_locked(pid);
    if (p == NULL)
        err = -ESRCH;
    else if (p == init_proc)
        err = -EPERM;
    else
        proc_kill_locked(p);
    spin_unlock(&tree_lock);
    return err;
}

// --- What can be told of a process ---

int proc_parent(void)
{
    int pid = 0;

    spin_lock(&tree_lock);
    const struct proc *parent = current()->proc->parent;
    if (parent != NULL)
        pid = parent->pid;
    spin_unlock(&tree_lock);
    return pid;
}

int proc_space(int pid, bool own, struct addrspace **as)
{
    const struct proc *me = current()->proc;
    int err = 0;

    spin_lock(&tree_lock);
    const struct proc *p = proc_find_locked(pid);
    if (p == NULL || p->as == NULL) {
        err = -ESRCH; // no process has that number, or it has ended already
    } else if (own && p != me && p->parent != me) {
        err = -EPERM;
    } else {
        as_get(p->as); // it lives on while the caller looks at it
        *as = p->as;
    }
    spin_unlock(&tree_lock);
    return err;
}

// => tree_lock held: the oldest thread of p that has not ended. All have: the oldest.
static const struct thread *main_thread_locked(const struct proc *p)
{
    list_for_each (t, &p->threads, struct thread, sibling)
        if (t->state != PS_ZOMBIE)
            return t;
    return list_entry(p->threads.next, struct thread, sibling);
}

// => tree_lock held. What the address space tells is added without it.
static void fill_info_locked(const struct proc *p, struct procinfo *info)
{
    const struct thread *main = main_thread_locked(p);
    *info = (struct procinfo){
        .pid = p->pid,
        .pgid = p->pgid,
        .state = main->state,
        .cpu = main->cpu,
        .isolated = main->isolated,
        .ticks = p->ended_ticks,
        .pin = main->bound,
        .threads = thread_count_locked(p),
    };
    if (p->parent != NULL)
        info->ppid = p->parent->pid;
    list_for_each (t, &p->threads, struct thread, sibling)
        info->ticks += t->ticks;
    strlcpy(info->name, main->name, sizeof(info->name));
}

int proc_info(int pid, struct procinfo *info)
{
    struct addrspace *as = NULL;
    int found = -ESRCH;

    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pid >= pid) {
            found = p->pid;
            fill_info_locked(p, info);
            as = p->as;
            if (as != NULL)
                as_get(as);
            break;
        }
    }
    spin_unlock(&tree_lock);

    if (as != NULL) {
        info->size = as_usage(as, &info->shared, &info->file);
        info->resident = as->resident;
        info->tables = as->tables;
        as_put(as);
    }
    return found;
}

uint64 proc_count(void) { return __atomic_load_n(&thread_total, __ATOMIC_RELAXED); }

void proc_list(void)
{
    static const char *const state_name[] = {"unused",  "embryo",   "runnable",
                                             "running", "sleeping", "zombie"};
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        struct procinfo info;
        fill_info_locked(p, &info);
        kprintf("%5d %5d %-8s %s\n", p->pid, info.ppid, state_name[info.state], info.name);
    }
    spin_unlock(&tree_lock);
}

// --- The working directory ---

// Of a process with one thread nobody else changes it. Of several threads each keeps a reference on
// the directory that it saw last, so that another thread's chdir does not free that directory under
// a call. The result is the kept one: the process's may be another by then.
struct inode *proc_cwd(void)
{
    struct thread *t = current();
    struct proc *p = t->proc;
    if (__atomic_load_n(&p->live, __ATOMIC_RELAXED) == 1)
        return p->cwd;

    if (t->cwd_used != __atomic_load_n(&p->cwd, __ATOMIC_RELAXED)) {
        proc_drop_cwd(t);
        spin_lock(&p->fds.lock);
        t->cwd_used = inode_dup(p->cwd);
        spin_unlock(&p->fds.lock);
    }
    return t->cwd_used;
}

void proc_set_cwd(struct inode *dir)
{
    struct proc *p = current()->proc;

    spin_lock(&p->fds.lock);
    struct inode *old = p->cwd;
    __atomic_store_n(&p->cwd, dir, __ATOMIC_RELAXED);
    spin_unlock(&p->fds.lock);
    inode_put(old);
}

void proc_drop_cwd(struct thread *t)
{
    inode_put(t->cwd_used);
    t->cwd_used = NULL;
}
