// The scheduler: see sched.h for the rules.
#include "kernel/thread/sched.h"
#include "kernel/arch/barrier.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/ipi.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/mmu/tlb.h"
#include "kernel/thread/fp.h"
#include "kernel/thread/policy.h"

#define DEFAULT_POLICY "fifo"

void switch_context(struct context *from, struct context *to);

struct spinlock sched_lock = SPINLOCK_INIT("sched", SCHED);

static const struct sched_policy *policy; // I after sched_init
static uint ready_count;                  // sched_lock; a: threads that the policy has

// The policy whose name text begins with, as a whole word; NULL: none.
static const struct sched_policy *find_policy(const char *text)
{
    for (const struct sched_policy *const *p = policies_start; p < policies_end; p++) {
        size_t n = strlen((*p)->name);
        if (strncmp(text, (*p)->name, n) == 0 && (text[n] == 0 || text[n] == ' '))
            return *p;
    }
    return NULL;
}

void sched_init(void)
{
    const char *wanted = bootarg_text("sched");
    if (wanted != NULL)
        policy = find_policy(wanted);
    if (wanted != NULL && policy == NULL)
        kprintf("no such scheduling policy, " DEFAULT_POLICY " is taken: sched=%s\n", wanted);
    if (policy == NULL)
        policy = find_policy(DEFAULT_POLICY);
}

// => sched_lock held: takes the next thread for hart c out of the policy; NULL: none.
static struct thread *pick_for(const struct cpu *c)
{
    struct thread *t = policy->pick(c->index);
    if (t != NULL)
        __atomic_store_n(&ready_count, ready_count - 1, __ATOMIC_RELAXED);
    return t;
}

// => sched_lock held: an idle hart is told that there is work for it, t. A hart that is told
// already is not idle any more.
static void wake_idle_hart(const struct thread *t)
{
    const struct cpu *self = this_cpu();
    if (self->idle && thread_may_run(t, self->index))
        return; // this one will look
    for (uint i = 0; i < cpu_count; i++) {
        if (cpus[i].idle && thread_may_run(t, i)) {
            cpus[i].idle = false;
            ipi_send(i, IPI_RESCHEDULE);
            return;
        }
    }
}

// => sched_lock held
static void ready_locked(struct thread *t, bool woken)
{
    t->state = PS_RUNNABLE;
    policy->put(t, woken);
    __atomic_store_n(&ready_count, ready_count + 1, __ATOMIC_RELAXED);
    wake_idle_hart(t);
}

void sched_ready(struct thread *t)
{
    spin_lock(&sched_lock);
    ready_locked(t, true);
    spin_unlock(&sched_lock);
}

void sched_tick(void)
{
    struct cpu *c = this_cpu();
    c->thread->ticks++;
    c->resched = __atomic_load_n(&ready_count, __ATOMIC_RELAXED) != 0;
    if (policy->tick != NULL) {
        spin_lock(&sched_lock);
        policy->tick(c->thread);
        spin_unlock(&sched_lock);
    }
}

// Interrupts are off.
static void set_slot(struct trapslot *slot, const struct thread *t)
{
    slot->kstack = t->kstack_top;

    // 0 tells the trampoline that the kernel and the program run on the same root.
    slot->kernel_satp = 0;
    slot->user_satp = 0;
    if (t->isolated && t->mmu != NULL) {
        slot->kernel_satp = t->mmu->kernel_satp;
        slot->user_satp = t->mmu->user_satp;
    }
}

void sched_set_slot(const struct thread *t)
{
    irq_off();
    set_slot(this_cpu()->slot, t);
    irq_on();
}

static void set_current(struct cpu *c, struct thread *t)
{
    c->thread = t;
    if (DEBUG_BUILD)
        c->held = &t->held;
}

// => sched_lock held: this hart becomes next's: address space, floating point, trap slot, stack.
static void take_up(struct cpu *c, const struct thread *prev, struct thread *next)
{
    int last = next->cpu;
    next->state = PS_RUNNING;
    next->cpu = c->index;
    set_current(c, next);
    c->resched = false;

    // A thread of the kernel needs the kernel's half alone, which every root has: the hart keeps
    // the root that it is on.
    if (next->mmu != NULL) {
        mmu_activate(next->mmu, true);
        set_slot(c->slot, next);
        fp_switch_in(next, last);
        if (last != c->index)
            fence_i(); // the program's own fence.i was the other hart's
    } else if (prev->mmu != NULL) {
        mmu_idle();
    }
    tlb_know_stack(next->kstack_state);
}

// => sched_lock held, and held again when the running thread is picked again.
static void switch_to(struct cpu *c, struct thread *next)
{
    struct thread *prev = c->thread;
    if (next == prev) {
        prev->state = PS_RUNNING;
        c->resched = false;
        return;
    }

    count(C_context_switch);
    bool irq_were_on = c->irq_were_on; // the thread's own, though the hart's variable
    fp_switch_out(prev);
    take_up(c, prev, next);
    switch_context(&prev->context, &next->context);
    this_cpu()->irq_were_on = irq_were_on; // perhaps on another hart
}

void sched_switch_locked(void)
{
    struct cpu *c = this_cpu();
    debug_assert(spin_holding(&sched_lock) && c->irq_depth == 1);
    struct thread *next = pick_for(c);
    if (next == NULL)
        next = c->idle_thread;
    switch_to(c, next);
}

noreturn void sched_end(struct spinlock *lock)
{
    spin_lock(&sched_lock);
    current()->state = PS_ZOMBIE;
    spin_unlock(lock);
    sched_switch_locked();
    panic("a zombie runs");
}

// A switch holds sched_lock until the thread that it leaves is off its stack.
void sched_settle(void)
{
    spin_lock(&sched_lock);
    spin_unlock(&sched_lock);
}

void sched_yield(void)
{
    spin_lock(&sched_lock);
    struct cpu *c = this_cpu();
    if (ready_count == 0 && thread_may_run(c->thread, c->index)) {
        c->resched = false;
    } else {
        ready_locked(c->thread, false);
        sched_switch_locked(); // to the same thread, if the policy picks it
    }
    spin_unlock(&sched_lock);
}

void sched_bind(uint index)
{
    spin_lock(&sched_lock);
    current()->bound = index;
    spin_unlock(&sched_lock);
    sched_yield(); // and go on where the thread may run
}

// The first thing that a new thread runs: ends the switch that led to it.
static void new_thread(void)
{
    const struct thread *t = current();
    this_cpu()->irq_were_on = true;
    spin_unlock(&sched_lock);
    ((void (*)(uint64 arg))t->context.s[11])(t->context.s[10]);
    panic("thread %s has returned", t->name);
}

void sched_start(struct thread *t, void (*fn)(void *arg), void *arg)
{
    t->context.ra = (uint64)new_thread;
    t->context.sp = (uint64)t->tf;
    t->context.s[10] = (uint64)arg;
    t->context.s[11] = (uint64)fn;
    sched_ready(t);
}

vaddr_t sched_make_idle(uint index)
{
    struct thread *t = thread_new("idle");
    if (t == NULL)
        panic("no memory for hart %d", index);
    t->state = PS_RUNNING;
    t->cpu = index;
    cpus[index].idle_thread = t;
    return (vaddr_t)t->tf;
}

void sched_begin(void)
{
    struct cpu *c = this_cpu();
    set_current(c, c->idle_thread);
}

// A waker clears idle under the lock before it sends its interrupt, and interrupts stay off from
// the look at the policy's threads until wfi, which ends at a pending one: no wakeup is lost.
noreturn void sched_idle(void)
{
    for (;;) {
        spin_lock(&sched_lock);
        struct cpu *c = this_cpu();
        struct thread *next = pick_for(c);
        if (next != NULL) {
            c->thread->state = PS_RUNNABLE; // but in no queue: only this hart runs it
            switch_to(c, next);
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
