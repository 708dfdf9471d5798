// exit, wait and what lies between: a zombie keeps its pid, its status and its kernel stack until
// its parent (or init, which takes in orphans) has waited for it.
//
// What the threads of a process share lies in their leader, which therefore outlives them: when its
// turn comes to end, it waits for the others, and then ends the process, or goes on as a new
// program if one of them has called exec.
#include "kernel/dev/power.h"
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/lock/waitq.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/thread.h"
#include "kernel/proc/tree.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/kmap.h"

// The process's memory goes while it can still sleep: for that of the parent, which is what this
// hart will most likely run next, and is kept there as an idle hart keeps one. The tree lock holds
// it until this hart is known to keep it; afterwards its end would find out. Who looks at other
// processes' spaces finds them through the tree lock, and keeps them alive by a reference.
static void release_memory(struct proc *p)
{
    struct addrspace *as = p->as;
    spin_lock(&tree_lock);
    p->as = 0;
    struct addrspace *next = p->parent->as;
    as_activate(next ? next : &kernel_space, false);
    spin_unlock(&tree_lock);
    as_put(as);
}

static void release_files(struct proc *p)
{
    fdtable_close_all(&p->fds);
    inode_put(p->cwd);
    p->cwd = 0;
    watch_drop(&p->watch);
}

// The list that p is in: who may wait for it sleeps on that.
static struct list *family_of(const struct proc *p)
{
    return p == p->leader ? &p->parent->children : &p->leader->threads;
}

// => tree_lock held
static bool any_runs_locked(const struct proc *leader)
{
    list_for_each (t, &leader->threads, struct proc, sibling)
        if (t->state != PS_ZOMBIE)
            return true;
    return false;
}

// The leader waits until all other threads have ended, and frees them. One that wants to be joined
// may be, as long as there is one to do it.
static void reap_threads(struct proc *leader)
{
    if (list_empty(&leader->threads))
        return; // nor can there be one any more
    spin_lock(&tree_lock);
    while (any_runs_locked(leader))
        sleep(&leader->threads, &tree_lock);
    spin_unlock(&tree_lock);
    while (!list_empty(&leader->threads))
        proc_reap(list_entry(leader->threads.next, struct proc, sibling));
}

// => tree_lock held: p has ended, whom who waits for it may find from here on. Its stack is free
// only when the sched lock is: after the switch.
static noreturn void become_zombie_locked(struct proc *p)
{
    wakeup(family_of(p));
    spin_lock(&sched_lock);
    p->state = PS_ZOMBIE;
    spin_unlock(&tree_lock);
    sched_switch_locked();
    panic("a zombie runs");
}

// => tree_lock held: init becomes the parent of p's children, and is told if one has ended.
static void give_children_to_init_locked(struct proc *p)
{
    struct list *item;
    bool ended = false;
    while ((item = list_pop_front(&p->children)) != 0) {
        struct proc *child = list_entry(item, struct proc, sibling);
        child->parent = init_proc;
        child->forked = false; // it does not act for init
        list_push_back(&init_proc->children, item);
        ended |= child->state == PS_ZOMBIE;
    }
    if (ended)
        wakeup(&init_proc->children);
}

bool proc_is_above_locked(const struct proc *p, const struct proc *below)
{
    while (below != 0 && below != p)
        below = below->parent;
    return below != 0;
}

// Kills all processes but the caller and those above it, and waits for at most ticks clock ticks
// until they have given back what they had.
static void end_others(uint64 ticks)
{
    uint64 deadline = clock_ticks() + ticks;
    bool any = true;
    spin_lock(&tree_lock);
    while (any && clock_ticks() < deadline) {
        any = false;
        list_for_each (p, &all_procs, struct proc, all) {
            if (p->state == PS_ZOMBIE || proc_is_above_locked(p, current()->leader))
                continue;
            proc_kill_locked(p);
            any = true;
        }
        if (any)
            sleep_timeout(&deadline, &tree_lock, 1, false);
    }
    spin_unlock(&tree_lock);
}

void proc_shut_down(void)
{
    end_others(3 * TICK_HZ);
    journal_flush();
}

// It was killed, because a page of it could not be read, say, or it has returned. Nobody could
// start a shell, or take in orphans.
static noreturn void end_init(int status)
{
    kprintf("Twofold stops: init has ended with status %d\n", status);
    proc_shut_down();
    power_off(EXIT_NO_INIT);
}

// All threads but the leader p are gone.
static noreturn void end_process(struct proc *p)
{
    if (p == init_proc)
        end_init(p->exit_status);
    release_files(p);
    release_memory(p);
    spin_lock(&tree_lock);
    give_children_to_init_locked(p);
    pgroup_exit_locked(p);
    become_zombie_locked(p);
}

// Ends the thread p. One that is not the leader keeps its address space until it is reaped, as an
// idle hart would.
static noreturn void end_thread(struct proc *p)
{
    proc_drop_cwd(p);
    if (p == p->leader) {
        reap_threads(p);
        if (p->image.as == 0)
            end_process(p);
        proc_take_over(p);
        proc_user_return(p);
    }
    spin_lock(&tree_lock);
    become_zombie_locked(p);
}

// The process's status is that of the first exit; without one, that of the last of its threads.
static noreturn void leave(int status, bool all)
{
    struct proc *p = current();
    spin_lock(&tree_lock);
    if (!p->leader->ending)
        p->leader->exit_status = status;
    if (all)
        proc_end_threads_locked(p->leader);
    if (p != p->leader)
        p->exit_status = status;
    spin_unlock(&tree_lock);
    end_thread(p);
}

noreturn void proc_exit(int status) { leave(status, true); }

noreturn void thread_exit(int status) { leave(status, false); }

// => tree_lock held: one of family that has ended, not the caller; *any: there is one that matches.
static struct proc *find_zombie_locked(struct list *family, int pid, bool *any)
{
    *any = false;
    list_for_each (p, family, struct proc, sibling) {
        if (p == current() || (pid != -1 && p->pid != pid))
            continue;
        *any = true;
        if (p->state == PS_ZOMBIE && !p->claimed)
            return p;
    }
    return 0;
}

// Waits for the end of one of family: its pid; the error none if there is no such; 0 with nohang if
// none has ended; -EINTR.
static int await(struct list *family, int pid, int none, bool nohang, struct proc **zombie)
{
    int r;
    spin_lock(&tree_lock);
    const struct proc *leader = current()->leader;
    uint32 interrupts = leader->interrupts;
    for (;;) {
        bool any;
        *zombie = find_zombie_locked(family, pid, &any);
        if (*zombie != 0) {
            (*zombie)->claimed = true;
            r = (*zombie)->pid;
            break;
        }
        if (interrupts != leader->interrupts) {
            r = -EINTR;
            break;
        }
        r = !any ? none : nohang ? 0 : sleep_killable(family, &tree_lock);
        if (r < 0 || nohang)
            break;
    }
    spin_unlock(&tree_lock);
    return r;
}

int proc_wait(int pid, bool nohang, struct proc **zombie)
{
    return await(&current()->leader->children, pid, -ECHILD, nohang, zombie);
}

int thread_join(int tid, struct proc **zombie)
{
    const struct proc *p = current();
    if (tid == p->pid)
        return -EINVAL;
    return await(&p->leader->threads, tid, tid == -1 ? -ECHILD : -ESRCH, false, zombie);
}

void proc_reap(struct proc *zombie)
{
    const void *family = family_of(zombie);
    spin_lock(&sched_lock); // the zombie's last switch is over when this is free
    spin_unlock(&sched_lock);
    if (zombie != zombie->leader) {
        __atomic_fetch_add(&zombie->leader->ended_ticks, zombie->ticks, __ATOMIC_RELAXED);
        as_put(zombie->as); // the leader has another reference
        zombie->as = 0;
    }
    proc_free(zombie);
    wakeup(family); // another thread may wait for the same
}

void proc_unclaim(struct proc *zombie)
{
    spin_lock(&tree_lock);
    zombie->claimed = false;
    wakeup(family_of(zombie));
    spin_unlock(&tree_lock);
}
