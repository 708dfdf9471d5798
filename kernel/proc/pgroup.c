// Process groups: the processes that Ctrl-C ends together.
#include "kernel/errno.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"

// pid may be the caller or a child of it; pgid its own pid or that of a group that exists.
static int set_locked(struct proc *self, int pid, int pgid)
{
    struct proc *p = pid == 0 ? self : proc_find_locked(pid);
    if (p == 0 || (p != self && p->parent != self))
        return -ESRCH;
    if (pgid == 0)
        pgid = p->pid;
    bool exists = pgid == p->pid;
    list_for_each (q, &all_procs, struct proc, all)
        exists |= q->pgid == pgid;
    if (!exists)
        return -EPERM;
    p->pgid = pgid;
    return 0;
}

int pgroup_set(int pid, int pgid)
{
    if (pid < 0 || pgid < 0)
        return -EINVAL;
    spin_lock(&tree_lock);
    int r = set_locked(current()->leader, pid, pgid);
    spin_unlock(&tree_lock);
    return r;
}

int pgroup_kill(int64 pgid)
{
    int killed = 0;
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pgid == pgid && p != init_proc && p->state != PS_ZOMBIE) {
            proc_kill_locked(p);
            killed++;
        }
    }
    spin_unlock(&tree_lock);
    return killed;
}
