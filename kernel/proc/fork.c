// fork and clone: a child that is a copy, a further thread. Everything that can fail comes first;
// then the new one is linked into the tree and made runnable.
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/memlayout.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/fp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/thread.h"
#include "kernel/proc/tree.h"
#include "kernel/vm/addrspace.h"

static void link_to_parent(struct proc *child, struct proc *parent, struct addrspace *as)
{
    spin_lock(&tree_lock);
    child->as = as;
    child->parent = parent;
    child->forked = true;
    child->pgid = parent->pgid;
    watch_fork_locked(&child->watch, &parent->watch);
    child->doomed |= parent->doomed; // who ends the group ends those that are just being born
    child->killed |= child->doomed;
    list_push_back(&parent->children, &child->sibling);
    spin_unlock(&tree_lock);
}

int proc_fork(void)
{
    struct proc *parent = current(), *child;
    struct addrspace *as;
    int r = proc_alloc(parent, false, &child);
    if (r < 0)
        return r;
    r = alarm_fork(child, parent);
    if (r == 0)
        r = as_fork(parent->as, &as);
    if (r < 0) {
        proc_free(child);
        return r;
    }

    // commit point
    int pid = child->pid;
    as_set_info(as, &(struct usyscall){.pid = pid});
    fp_save(parent, &child->fp);
    child->tf->a0 = 0; // what fork returns in the child
    child->cwd = inode_dup(proc_cwd());
    fdtable_fork(&child->fds, &parent->leader->fds);
    link_to_parent(child, parent->leader, as);
    sched_start(child, proc_user_return, child);
    return pid;
}

int thread_clone(uaddr_t fn, uint64 arg, uaddr_t stack_top)
{
    struct proc *p = current(), *t;
    if (fn < USERBASE || fn >= TRAPFRAME || stack_top <= USERBASE || stack_top > TRAPFRAME)
        return -EINVAL;
    int r = proc_alloc(p, true, &t);
    if (r < 0)
        return r;

    // commit point
    int tid = t->pid;
    t->tf->epc = fn;
    t->tf->ra = 0;
    t->tf->sp = stack_top & ~15UL;
    t->tf->a0 = arg;
    as_get(p->as);
    t->as = p->as;
    sched_start(t, proc_user_return, t);
    return tid;
}
