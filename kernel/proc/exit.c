// exit, wait and what lies between.
//
// A thread that ends becomes a zombie: its number, its status and its kernel stack stay until
// another thread has joined it. The last thread to end ends the process: it gives up what the
// threads shared, and the process is a zombie until its parent (or init, which takes in orphans)
// has waited for it.
#include "kernel/dev/power.h"
#include "kernel/errno.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/mmu/tlb.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/clone.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/space/space.h"
#include "kernel/vm/table/kmap.h"

// --- Ending ---

// Gives up the address space of a process that is ending.
//
// Freeing it may sleep, so it is done while the thread still can. The hart must then run on some
// other kernel root. We take the parent's: the parent, waiting for us, most likely runs next, and a
// second switch of roots is saved. The parent could end meanwhile; tree_lock keeps its space until
// this hart is recorded as a user of its root, and from then on as_put() waits for this hart
// (mmu/tlb.h).
static void release_memory(struct proc *p)
{
    struct addrspace *as = p->as;

    spin_lock(&tree_lock);
    p->as = NULL;
    current()->mmu = NULL;
    struct addrspace *next = p->parent->as;
    if (next == NULL)
        next = &kernel_space;
    mmu_activate(&next->mmu, false);
    spin_unlock(&tree_lock);

    as_put(as);
}

static void release_files(struct proc *p)
{
    fdtable_close_all(&p->fds);
    inode_put(p->cwd);
    p->cwd = NULL;
    watch_drop(&p->watch);
}

// => tree_lock held: init becomes the parent of p's children, and is told if one has ended.
static void give_children_to_init_locked(struct proc *p)
{
    struct list *item;
    while ((item = list_pop_front(&p->children)) != NULL) {
        struct proc *child = list_entry(item, struct proc, sibling);
        child->parent = init_proc;
        child->forked = false; // it does not act for init
        list_push_back(&init_proc->children, item);
        if (child->ended)
            wakeup(&init_proc->children);
    }
}

bool proc_is_above_locked(const struct proc *p, const struct proc *below)
{
    while (below != NULL && below != p)
        below = below->parent;
    return below != NULL;
}

// Kills all processes but the caller and those above it, and waits until they have given up what
// they had, but at most that many clock ticks.
static void end_others(uint64 ticks)
{
    uint64 deadline = clock_ticks() + ticks;
    bool any = true;

    spin_lock(&tree_lock);
    while (any && clock_ticks() < deadline) {
        any = false;
        list_for_each (p, &all_procs, struct proc, all) {
            if (p->ended || proc_is_above_locked(p, current()->proc))
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

// init has been killed (a page of it could not be read, say), or has returned. Nobody could start
// a shell, or take in orphans.
static noreturn void end_init(int status)
{
    kprintf("Twofold stops: init has ended with status %d\n", status);
    proc_shut_down();
    power_off(EXIT_NO_INIT);
}

void proc_await_threads(void)
{
    struct thread *me = current();
    struct proc *p = me->proc;
    if (me->sibling.next == me->sibling.prev)
        return; // the caller is the only one, and nobody else could add another

    spin_lock(&tree_lock);
    while (p->live > 1)
        sleep(&p->threads, &tree_lock);
    spin_unlock(&tree_lock);

    // No thread is left that could call thread_join, so only the caller changes the list.
    list_for_each_safe (t, &p->threads, struct thread, sibling)
        if (t != me)
            thread_reap(t);
}

// The caller is the last thread of process p.
static noreturn void end_process(struct proc *p)
{
    if (p == init_proc)
        end_init(p->exit_status);

    // 1. What can sleep: ended threads that nobody has joined, files, memory.
    proc_await_threads();
    release_files(p);
    release_memory(p);

    // 2. Leave the tree, and tell the parent. The parent may find the zombie from here on; it frees
    //    the zombie's stack only when the last switch away from it is over (proc_reap).
    spin_lock(&tree_lock);
    give_children_to_init_locked(p);
    pgroup_exit_locked(p);
    p->ended = true;
    wakeup(&p->parent->children);
    sched_end(&tree_lock);
}

// Ends the calling thread; all: and all others of its process.
static noreturn void leave(int status, bool all)
{
    struct thread *t = current();
    struct proc *p = t->proc;

    proc_drop_cwd(t);
    spin_lock(&tree_lock);

    // 1. The process's status is that of the first exit; without one, that of the last thread.
    if (!p->ending)
        p->exit_status = status;
    t->exit_status = status;

    // 2. exit tells all threads to end. They do at their next return to user mode.
    if (all)
        proc_end_threads_locked(p, NULL);

    // 3. The last thread ends the process. Any other is a zombie that can be joined.
    if (p->live == 1) {
        spin_unlock(&tree_lock);
        end_process(p);
    }
    __atomic_store_n(&p->live, p->live - 1, __ATOMIC_RELAXED);
    wakeup(&p->threads);
    sched_end(&tree_lock);
}

noreturn void proc_exit(int status) { leave(status, true); }

noreturn void thread_exit(int status) { leave(status, false); }

// --- Waiting for an end ---

// => tree_lock held: a child of p with that pid (-1: any) that has ended; NULL: none. *any: there
// is a child with that pid.
static struct proc *find_ended_child_locked(struct proc *p, int pid, bool *any)
{
    *any = false;
    list_for_each (child, &p->children, struct proc, sibling) {
        if (pid != -1 && child->pid != pid)
            continue;
        *any = true;
        if (child->ended && !child->reaping)
            return child;
    }
    return NULL;
}

int proc_wait(int pid, bool nohang, struct proc **zombie)
{
    struct proc *p = current()->proc, *child;
    bool any;
    int result = 0;

    spin_lock(&tree_lock);
    uint32 interrupts = p->interrupts;
    while (result == 0) {
        child = find_ended_child_locked(p, pid, &any);
        if (child != NULL) {
            child->reaping = true; // no other thread takes it
            *zombie = child;
            result = child->pid;
        } else if (!any) {
            result = -ECHILD;
        } else if (interrupts != p->interrupts) {
            result = -EINTR; // Ctrl-C meant this wait
        } else if (nohang) {
            break;
        } else {
            result = sleep_killable(&p->children, &tree_lock);
        }
    }
    spin_unlock(&tree_lock);
    return result;
}

void proc_reap(struct proc *zombie)
{
    sched_settle(); // its last thread is off its stack
    proc_free(zombie);
    wakeup(&current()->proc->children); // another thread may wait for the same child
}

void proc_unclaim(struct proc *zombie)
{
    spin_lock(&tree_lock);
    zombie->reaping = false;
    wakeup(&zombie->parent->children);
    spin_unlock(&tree_lock);
}

// => tree_lock held: the same for a thread of the caller's process. The thread with the process's
// number is never found.
static struct thread *find_ended_thread_locked(struct proc *p, int tid, bool *any)
{
    *any = false;
    list_for_each (t, &p->threads, struct thread, sibling) {
        if (t == current() || t->tid == p->pid || (tid != -1 && t->tid != tid))
            continue;
        *any = true;
        if (t->state == PS_ZOMBIE && !t->joining)
            return t;
    }
    return NULL;
}

int thread_join(int tid, struct thread **zombie)
{
    struct proc *p = current()->proc;
    struct thread *t;
    bool any;
    int result = 0;
    if (tid == current()->tid)
        return -EINVAL;

    spin_lock(&tree_lock);
    while (result == 0) {
        t = find_ended_thread_locked(p, tid, &any);
        if (t != NULL) {
            t->joining = true; // no other thread takes it
            *zombie = t;
            result = t->tid;
        } else if (any) {
            result = sleep_killable(&p->threads, &tree_lock);
        } else if (tid == -1) {
            result = -ECHILD;
        } else {
            result = -ESRCH;
        }
    }
    spin_unlock(&tree_lock);
    return result;
}

void thread_reap(struct thread *zombie)
{
    sched_settle(); // it is off its stack

    spin_lock(&tree_lock);
    proc_remove_thread_locked(zombie);
    wakeup(&zombie->proc->threads); // another thread may wait for the same one
    spin_unlock(&tree_lock);

    alarm_drop(zombie);
    thread_free(zombie);
}

void thread_unclaim(struct thread *zombie)
{
    spin_lock(&tree_lock);
    zombie->joining = false;
    wakeup(&zombie->proc->threads);
    spin_unlock(&tree_lock);
}
