// Threads: see thread.h. How they end is in exit.c.
#include "kernel/proc/thread.h"
#include "kernel/arch/csr.h"
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/lock/waitq.h"
#include "kernel/memlayout.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/tree.h"
#include "kernel/vm/addrspace.h"

int thread_clone(uaddr_t fn, uint64 arg, uaddr_t stack_top)
{
    struct proc *p = current(), *t;
    if (fn < USERBASE || fn >= TRAPFRAME || stack_top <= USERBASE || stack_top > TRAPFRAME)
        return -EINVAL;
    int r = proc_alloc(p->leader, &t);
    if (r < 0)
        return r;
    proc_inherit(t, p);
    t->tf->epc = fn;
    t->tf->ra = 0;
    t->tf->sp = stack_top & ~15UL;
    t->tf->a0 = arg;
    t->tf->sstatus &= ~(uint64)SSTATUS_FS;
    as_get(p->as);
    t->as = p->as;
    int tid = t->pid;
    sched_prepare(t, proc_user_return);
    sched_ready(t);
    return tid;
}

// => tree_lock held: a thread of p's process, not p itself, that has ended; *any: one matches.
static struct proc *find_ended_locked(const struct proc *p, int tid, bool *any)
{
    *any = false;
    list_for_each (t, &p->leader->threads, struct proc, all) {
        if (t == p || (tid != -1 && t->pid != tid))
            continue;
        *any = true;
        if (t->state == PS_ZOMBIE && !t->claimed)
            return t;
    }
    return 0;
}

int thread_join(int tid, int *status, struct proc **zombie)
{
    struct proc *p = current(), *t;
    bool any;
    int r = 0;
    if (tid == p->pid)
        return -EINVAL;
    spin_lock(&tree_lock);
    while ((t = find_ended_locked(p, tid, &any)) == 0 && r == 0)
        r = any ? sleep_killable(&p->leader->threads, &tree_lock) : tid == -1 ? -ECHILD : -ESRCH;
    if (t != 0) {
        t->claimed = true;
        *zombie = t;
        *status = t->exit_status;
        r = t->pid;
    }
    spin_unlock(&tree_lock);
    return r;
}

// --- The working directory ---

// With one thread nobody changes it meanwhile. Of several, each keeps a reference on the one that it
// saw last, so that another's chdir does not free it under a call.
struct inode *proc_cwd(void)
{
    struct proc *p = current(), *leader = p->leader;
    if (list_empty(&leader->threads) || p->cwd_used == __atomic_load_n(&leader->cwd, __ATOMIC_RELAXED))
        return leader->cwd;
    proc_drop_cwd(p);
    spin_lock(&leader->fds.lock);
    p->cwd_used = inode_dup(leader->cwd);
    spin_unlock(&leader->fds.lock);
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
