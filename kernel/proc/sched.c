// The scheduler: see sched.h for the rules.
#include "kernel/proc/sched.h"
#include "kernel/arch/barrier.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/ipi.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/proc/fp.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/tlb.h"

void switch_context(struct context *from, struct context *to);

struct spinlock sched_lock = SPINLOCK_INIT("sched", SCHED);

static struct list run_queue = {&run_queue, &run_queue}; // sched lock

static bool may_run(const struct proc *p, uint hart)
{
    return p->pin == ANY_HART || p->pin == (int)hart;
}

// => sched_lock held: the thread that hart c runs next, 0 if none waits that may run there.
static struct proc *next_for(const struct cpu *c)
{
    list_for_each (p, &run_queue, struct proc, run_link)
        if (likely(may_run(p, c->index)))
            return p;
    return 0;
}

// => sched_lock held: an idle hart is told that there is work for it, p. One that is told already
// is not idle any more.
static void wake_idle_hart(const struct proc *p)
{
    const struct cpu *self = this_cpu();
    if (self->idle && may_run(p, self->index))
        return; // this one will look
    for (uint i = 0; i < cpu_count; i++) {
        if (cpus[i].idle && may_run(p, i)) {
            cpus[i].idle = false;
            ipi_send(i, IPI_RESCHEDULE);
            return;
        }
    }
}

void sched_ready_locked(struct proc *p)
{
    p->state = PS_RUNNABLE;
    list_push_back(&run_queue, &p->run_link);
    wake_idle_hart(p);
}

void sched_ready(struct proc *p)
{
    spin_lock(&sched_lock);
    sched_ready_locked(p);
    if (unlikely(pgroup_is_shell(p->leader))) { // a person waits for it, however many others run
        list_remove(&p->run_link);
        list_push_front(&run_queue, &p->run_link);
    }
    spin_unlock(&sched_lock);
}

bool sched_others_ready(void)
{
    return __atomic_load_n(&run_queue.next, __ATOMIC_RELAXED) != &run_queue;
}

void sched_set_slot(struct proc *p)
{
    irq_off();
    struct trapslot *slot = this_cpu()->slot;
    bool isolated = p->isolated && p->as != 0;
    slot->kstack = p->kstack_top;
    slot->kernel_satp = isolated ? SATP_SV39 | p->as->kernel_root >> PGSHIFT : 0;
    slot->user_satp = isolated ? SATP_SV39 | p->as->user_root >> PGSHIFT : 0;
    irq_on();
}

// => sched_lock held: this hart becomes next's: address space, stack, trap slot.
static void take_up(struct cpu *c, struct proc *prev, struct proc *next)
{
    int last = next->cpu;
    next->state = PS_RUNNING;
    next->cpu = c->index;
    c->proc = next;
    c->resched = false;
    if (next->as != 0) {
        as_activate(next->as, true);
        sched_set_slot(next);
        fp_switch_in(next, last);
        if (last != c->index)
            fence_i(); // the program's own fence.i was the other hart's
    } else if (prev->as != 0) {
        as_idle();
    }
    tlb_know_stack(next->kstack_state);
}

void sched_switch_locked(void)
{
    struct cpu *c = this_cpu();
    struct proc *prev = c->proc;
    struct proc *next = next_for(c);
    if (next)
        list_remove(&next->run_link);
    else
        next = c->idle_thread;
    debug_assert(spin_holding(&sched_lock) && c->irq_depth == 1);
    if (next == prev) {
        prev->state = PS_RUNNING;
        c->resched = false;
        return;
    }
    count(C_context_switch);
    bool irq_were_on = c->irq_were_on;
    fp_switch_out(prev);
    take_up(c, prev, next);
    switch_context(&prev->context, &next->context);
    this_cpu()->irq_were_on = irq_were_on;
}

// => sched_lock held, and still held on return: p, which runs, makes way if others may run here or
// it may not.
static void yield_locked(struct proc *p)
{
    struct cpu *c = this_cpu();
    if (next_for(c) == 0 && may_run(p, c->index)) {
        c->resched = false;
    } else {
        sched_ready_locked(p);
        sched_switch_locked();
    }
}

void sched_yield(void)
{
    spin_lock(&sched_lock);
    yield_locked(current());
    spin_unlock(&sched_lock);
}

void sched_pin(uint index)
{
    spin_lock(&sched_lock);
    current()->pin = index;
    if (this_cpu()->index != index)
        yield_locked(current());
    spin_unlock(&sched_lock);
}

// The first thing a new thread runs: ends the switch that led to it.
static void new_thread(void)
{
    const struct proc *p = current();
    this_cpu()->irq_were_on = true;
    spin_unlock(&sched_lock);
    ((void (*)(uint64 arg))p->context.s[11])(p->context.s[10]);
    panic("thread %s has returned", p->name);
}

void sched_start(struct proc *p, void (*fn)(void *arg), void *arg)
{
    p->context.ra = (uint64)new_thread;
    p->context.sp = (uint64)p->tf;
    p->context.s[10] = (uint64)arg;
    p->context.s[11] = (uint64)fn;
    sched_ready(p);
}

vaddr_t sched_make_idle(uint index)
{
    struct proc *p = thread_alloc("idle");
    if (p == 0)
        panic("no memory for hart %d", index);
    p->state = PS_RUNNING;
    p->cpu = index;
    cpus[index].idle_thread = p;
    return (vaddr_t)p->tf;
}

// A waker clears idle under the lock before it sends its interrupt, and interrupts stay off from
// the look at the queue until wfi, which ends at a pending one: no wakeup is lost.
noreturn void sched_idle(void)
{
    for (;;) {
        spin_lock(&sched_lock);
        struct cpu *c = this_cpu();
        if (next_for(c)) {
            c->proc->state = PS_RUNNABLE;
            sched_switch_locked();
            spin_unlock(&sched_lock);
            continue;
        }
        c->idle = true;
        irq_off();
        spin_unlock(&sched_lock);
        __asm__ volatile("wfi");
        c->idle = false;
        irq_on();
    }
}
