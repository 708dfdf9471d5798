// fork and clone: a child that is a copy, a further thread. Everything that can fail comes first;
// then the new process or thread is linked into the tree and made runnable.
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/memlayout.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/clone.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"
#include "kernel/thread/fp.h"
#include "kernel/thread/sched.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/space/asfork.h"
#include "kernel/vm/space/space.h"

static void link_to_parent(struct proc *child, struct proc *parent, struct addrspace *as)
{
    struct thread *t = list_entry(child->threads.next, struct thread, sibling);

    spin_lock(&tree_lock);
    child->as = as;
    child->parent = parent;
    child->forked = true;
    child->pgid = parent->pgid;
    watch_fork_locked(&child->watch, &parent->watch);
    list_push_back(&parent->children, &child->sibling);

    // A kill of the parent or of its group has not met the child, which was not there yet.
    child->doomed |= parent->doomed;
    t->killed |= child->doomed;
    spin_unlock(&tree_lock);
}

int proc_fork(void)
{
    struct thread *me = current(), *t;
    struct addrspace *as;

    // 1. A process with one thread, whose registers and modes are ours.
    int err = proc_create(me, &t);
    if (err)
        return err;
    struct proc *parent = me->proc, *child = t->proc;

    // 2. A copy of the address space; and of the alarm if we are in its handler, so that the child
    //    can end it.
    err = alarm_fork(t, me);
    if (err == 0)
        err = as_fork(parent->as, &as);
    if (err) {
        proc_free(child);
        return err;
    }

    // commit point

    // 3. What the child has for itself: its pid on the process page, floating-point registers, and
    //    0 as the result of fork.
    int pid = child->pid;
    as_set_info(as, &(struct usyscall){.pid = pid});
    t->mmu = &as->mmu;
    fp_save(me, &t->fp);
    t->tf->a0 = 0;

    // 4. What it shares with the parent: the working directory and the open files.
    child->cwd = inode_dup(proc_cwd());
    fdtable_fork(&child->fds, &parent->fds);

    // 5. It becomes the parent's child, and runs. It may end at once: from sched_start on we do not
    //    touch it.
    link_to_parent(child, parent, as);
    sched_start(t, proc_user_return, t);
    return pid;
}

int thread_clone(uaddr_t fn, uint64 arg, uaddr_t stack_top)
{
    struct thread *me = current(), *t;
    if (fn < USERBASE || fn >= TRAPFRAME || stack_top <= USERBASE || stack_top > TRAPFRAME)
        return -EINVAL;
    int err = proc_add_thread(me->proc, me, &t);
    if (err)
        return err;

    // commit point: it is told to end with the others, but runs only from sched_start on
    int tid = t->tid;
    t->mmu = me->mmu;
    t->tf->epc = fn;
    t->tf->ra = 0;
    t->tf->sp = stack_top & ~15UL;
    t->tf->a0 = arg;
    sched_start(t, proc_user_return, t);
    return tid;
}
