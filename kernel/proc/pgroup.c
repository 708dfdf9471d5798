// Process groups: see pgroup.h.
#include "kernel/proc/pgroup.h"
#include "kernel/errno.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"
#include "kernel/thread/waitq.h"

#define INIT_GROUP 1

static int foreground = INIT_GROUP; // T to change it, a
// T: the processes that lent the console, the last one last; through lender
static struct list lenders = {&lenders, &lenders};

static bool exists_locked(int pgid)
{
    list_for_each (p, &all_procs, struct proc, all)
        if (p->pgid == pgid)
            return true;
    return false;
}

// pid may be the caller or a child of it; pgid its own pid or that of a group that exists.
static int set_locked(struct proc *self, int pid, int pgid)
{
    struct proc *p = self;
    if (pid != 0)
        p = proc_find_locked(pid);
    if (p == NULL || (p != self && p->parent != self))
        return -ESRCH;
    if (pgid == 0)
        pgid = p->pid;

    // A shell of the console stays in the group that it leads.
    if (pgroup_is_shell(p) && pgid != p->pgid)
        return -EPERM;
    if (pgid != p->pid && !exists_locked(pgid))
        return -EPERM;
    __atomic_store_n(&p->pgid, pgid, __ATOMIC_RELAXED);
    return 0;
}

int pgroup_set(int pid, int pgid)
{
    if (pid < 0 || pgid < 0)
        return -EINVAL;
    spin_lock(&tree_lock);
    int err = set_locked(current()->proc, pid, pgid);
    spin_unlock(&tree_lock);
    return err;
}

int pgroup_kill(int64 pgid)
{
    int killed = 0;
    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        if (p->pgid == pgid && p != init_proc && !p->ended) {
            proc_kill_locked(p);
            killed++;
        }
    }
    spin_unlock(&tree_lock);
    return killed;
}

// --- The console ---

bool pgroup_is_shell(const struct proc *p)
{
    return __atomic_load_n(&p->console_shell, __ATOMIC_RELAXED);
}

bool proc_may_use_reserve(void)
{
    const struct proc *p = current()->proc;
    if (p == NULL)
        return false; // a kernel thread
    return pgroup_is_shell(p) || (p == init_proc && p->as != NULL);
}

// A person waits for a shell: its threads are interactive.
static void set_shell_locked(struct proc *p, bool on)
{
    __atomic_store_n(&p->console_shell, on, __ATOMIC_RELAXED);
    list_for_each (t, &p->threads, struct thread, sibling)
        __atomic_store_n(&t->interactive, on, __ATOMIC_RELAXED);
}

static void set_foreground_locked(int pgid)
{
    __atomic_store_n(&foreground, pgid, __ATOMIC_RELAXED);
}

bool pgroup_is_foreground(int pgid)
{
    return pgid == __atomic_load_n(&foreground, __ATOMIC_RELAXED);
}

bool pgroup_may_read(void)
{
    return pgroup_is_foreground(__atomic_load_n(&current()->proc->pgid, __ATOMIC_RELAXED));
}

static bool is_lender_locked(const struct proc *p) { return !list_empty(&p->lender); }

static bool has_console_locked(const struct proc *p)
{
    return pgroup_is_foreground(p->pgid) || is_lender_locked(p);
}

static bool may_set_locked(const struct proc *p)
{
    if (p == init_proc || has_console_locked(p))
        return true;
    if (p->forked && has_console_locked(p->parent))
        return true; // it acts for its parent

    const struct proc *leader = proc_find_locked(foreground);
    return leader != NULL && proc_is_above_locked(p, leader);
}

static void forget_lender_locked(struct proc *p)
{
    list_remove(&p->lender);
    set_shell_locked(p, false);
}

// p gives the console away, as it may, and becomes a lender: it can take the console back. If p is
// a lender already, it takes the console back now; all that have become lenders after p are none
// any more.
static void lend_locked(struct proc *p)
{
    if (p != init_proc && !is_lender_locked(p)) {
        list_push_back(&lenders, &p->lender);
        return;
    }
    while (!list_empty(&lenders) && lenders.prev != &p->lender)
        forget_lender_locked(list_entry(lenders.prev, struct proc, lender));
}

int pgroup_set_foreground(int pgid)
{
    struct proc *self = current()->proc;
    int err = -EPERM;

    if (pgid < 0)
        return -EINVAL;
    spin_lock(&tree_lock);
    if (pgid == 0)
        pgid = self->pgid;
    if (may_set_locked(self) && (pgid == self->pid || exists_locked(pgid))) {
        lend_locked(self);
        set_foreground_locked(pgid);
        err = 0;
    }
    spin_unlock(&tree_lock);
    return err;
}

int pgroup_become_shell(void)
{
    struct proc *self = current()->proc;
    int err = -EPERM;

    spin_lock(&tree_lock);
    if (may_set_locked(self)) {
        lend_locked(self);
        __atomic_store_n(&self->pgid, self->pid, __ATOMIC_RELAXED);
        set_shell_locked(self, true);
        set_foreground_locked(self->pid);
        err = 0;
    }
    spin_unlock(&tree_lock);
    return err;
}

// The shell that had the console last need not wait any longer.
static void interrupt_shell_locked(void)
{
    struct proc *last = NULL;
    list_for_each (p, &lenders, struct proc, lender)
        if (pgroup_is_shell(p))
            last = p;
    if (last != NULL) {
        last->interrupts++;
        wakeup(&last->children);
    }
}

// While init's group has the console, there is no shell that knows of groups: nobody is ended.
void pgroup_interrupt(bool all)
{
    bool ended = false;

    spin_lock(&tree_lock);
    list_for_each (p, &all_procs, struct proc, all) {
        bool meant = p->pgid != INIT_GROUP && pgroup_is_foreground(p->pgid);
        if (pgroup_is_shell(p))
            meant = all;
        if (meant && !p->ended) {
            proc_kill_locked(p);
            ended = true;
        }
    }
    if (!ended)
        interrupt_shell_locked();
    spin_unlock(&tree_lock);
}

void pgroup_exec_locked(struct proc *p)
{
    p->forked = false;
    set_shell_locked(p, false);
}

void pgroup_exit_locked(struct proc *p)
{
    if (!is_lender_locked(p))
        return;
    forget_lender_locked(p);
    if (list_empty(&lenders))
        set_foreground_locked(INIT_GROUP);
}
