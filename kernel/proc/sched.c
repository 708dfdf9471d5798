// The scheduler: see sched.h for the rules.
#include "kernel/proc/sched.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/ipi.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/proc/fp.h"
#include "kernel/proc/proc.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/kmap.h"

void switch_context(struct context *from, struct context *to);

struct spinlock sched_lock = SPINLOCK_INIT("sched", SCHED);

static struct list run_queue = {&run_queue, &run_queue}; // sched lock
static struct proc idle_threads[NCPU];

// => sched_lock held: an idle hart is told that there is work. One that is told already is not
// idle any more.
static void wake_idle_hart(void)
{
    if (this_cpu()->idle)
        return; // this one will look
    for (uint i = 0; i < cpu_count; i++) {
        if (cpus[i].idle) {
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
    wake_idle_hart();
}

void sched_ready(struct proc *p)
{
    spin_lock(&sched_lock);
    sched_ready_locked(p);
    spin_unlock(&sched_lock);
}

bool sched_others_ready(void) { return __atomic_load_n(&run_queue.next, __ATOMIC_RELAXED) != &run_queue; }

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
    } else if (prev->as != 0) {
        as_idle();
    }
}

void sched_switch_locked(void)
{
    struct cpu *c = this_cpu();
    struct proc *prev = c->proc;
    struct list *item = list_pop_front(&run_queue);
    struct proc *next = item ? list_entry(item, struct proc, run_link) : c->idle_thread;
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

void sched_yield(void)
{
    spin_lock(&sched_lock);
    struct proc *p = current();
    if (list_empty(&run_queue)) {
        this_cpu()->resched = false;
    } else {
        p->state = PS_RUNNABLE;
        list_push_back(&run_queue, &p->run_link);
        sched_switch_locked();
    }
    spin_unlock(&sched_lock);
}

// The first thing a new thread runs: ends the switch that led to it.
static void new_thread(void)
{
    this_cpu()->irq_were_on = true;
    spin_unlock(&sched_lock);
    ((void (*)(void))current()->context.s[11])();
    panic("a thread has returned");
}

void sched_prepare(struct proc *p, void (*fn)(void))
{
    memset(&p->context, 0, sizeof(p->context));
    p->context.ra = (uint64)new_thread;
    p->context.sp = (uint64)p->tf;
    p->context.s[11] = (uint64)fn;
}

vaddr_t sched_make_idle(uint index)
{
    struct proc *p = &idle_threads[index];
    p->kstack_top = kstack_alloc();
    if (p->kstack_top == 0)
        return 0;
    p->tf = (struct trapframe *)(p->kstack_top - sizeof(struct trapframe));
    p->state = PS_RUNNING;
    p->cpu = index;
    list_init(&p->run_link);
    strlcpy(p->name, "idle", sizeof(p->name));
    cpus[index].idle_thread = p;
    return p->kstack_top;
}

// A waker clears idle under the lock before it sends its interrupt, and interrupts stay off from
// the look at the queue until wfi, which ends at a pending one: no wakeup is lost.
noreturn void sched_idle(void)
{
    for (;;) {
        spin_lock(&sched_lock);
        struct cpu *c = this_cpu();
        if (!list_empty(&run_queue)) {
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
