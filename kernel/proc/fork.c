// fork: a child that is a copy. Everything that can fail comes first; then the child is linked
// into the tree and made runnable.
#include "kernel/fs/inode.h"
#include "kernel/lib/string.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/fp.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/tree.h"
#include "kernel/proc/watch.h"
#include "kernel/vm/addrspace.h"

void proc_inherit(struct proc *p, const struct proc *from)
{
    *p->tf = *from->tf;
    p->isolated = from->isolated;
    p->pin = from->pin;
    p->fail_armed = from->fail_armed;
    memcpy(p->name, from->name, sizeof(p->name));
}

static void inherit(struct proc *child, struct proc *parent)
{
    proc_inherit(child, parent);
    child->tf->a0 = 0; // what fork returns in the child
    child->cwd = inode_dup(proc_cwd());
    fdtable_fork(&child->fds, &parent->leader->fds);
}

static void link_to_parent(struct proc *child, struct proc *parent, struct addrspace *as)
{
    parent = parent->leader;
    spin_lock(&tree_lock);
    child->as = as;
    child->parent = parent;
    child->pgid = parent->pgid;
    child->doomed |= parent->doomed; // who ends the group ends those that are just being born
    child->killed |= child->doomed;
    list_push_back(&parent->children, &child->sibling);
    spin_unlock(&tree_lock);
}

// What needs memory.
static int copy_parts(struct proc *child, struct proc *parent, struct addrspace **as)
{
    int r = fp_fork(child, parent);
    if (r == 0)
        r = alarm_fork(child, parent);
    if (r == 0)
        r = watch_fork(child, parent->leader);
    return r < 0 ? r : as_fork(parent->as, as);
}

int proc_fork(void)
{
    struct proc *parent = current(), *child;
    struct addrspace *as;
    int r = proc_alloc(0, &child);
    if (r < 0)
        return r;
    if ((r = copy_parts(child, parent, &as)) < 0) {
        proc_drop_parts(child);
        proc_free(child);
        return r;
    }

    // commit point
    int pid = child->pid;
    as_set_info(as, &(struct usyscall){.pid = pid});
    inherit(child, parent);
    link_to_parent(child, parent, as);
    sched_prepare(child, proc_user_return);
    sched_ready(child);
    return pid;
}
