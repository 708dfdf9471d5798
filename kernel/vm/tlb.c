// Stale translations (tlb.h).
//
// Who changes entries and who runs on them agree without a lock. The changer writes the entries,
// then tlb_gen, then looks at each hart's `as` and `as_in_use`; a hart that takes a space up writes
// those two, then looks at tlb_gen. All of it is sequentially consistent, so at least one of the
// two sees the other: the hart flushes by itself, or is interrupted and waited for.
//
// hart_gen[h] is written by hart h only, after its flush.
#include "kernel/vm/tlb.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/ipi.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/vm/kmap.h"

static uint64 generation(const struct addrspace *as)
{
    return __atomic_load_n(&as->tlb_gen, __ATOMIC_SEQ_CST);
}

static uint64 flushed_at(const struct addrspace *as, uint hart)
{
    return __atomic_load_n(&as->hart_gen[hart], __ATOMIC_SEQ_CST);
}

static struct addrspace *kept_by(const struct cpu *c)
{
    return __atomic_load_n(&c->as, __ATOMIC_SEQ_CST);
}

static bool in_use_on(const struct addrspace *as, const struct cpu *c)
{
    return kept_by(c) == as && __atomic_load_n(&c->as_in_use, __ATOMIC_SEQ_CST);
}

// Empties this hart's TLB on the way to (or on) as; set_root: loads satp as well. The generations
// are read before the flush: what changes meanwhile counts as not flushed. Interrupts are off.
static void flush_for(struct cpu *c, struct addrspace *as, bool set_root)
{
    uint64 stacks = kstack_generation();
    uint64 gen = as ? generation(as) : 0;
    if (set_root)
        csr_write(satp, SATP_SV39 | as->kernel_root >> PGSHIFT);
    __asm__ volatile("sfence.vma" ::: "memory");
    c->kstack_gen = stacks;
    if (as)
        __atomic_store_n(&as->hart_gen[c->index], gen, __ATOMIC_SEQ_CST);
    count(C_tlb_flush);
}

void tlb_flush_local(void)
{
    irq_off();
    struct cpu *c = this_cpu();
    flush_for(c, c->as, false);
    irq_on();
}

void tlb_flush_local_page(vaddr_t va)
{
    __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
    count(C_tlb_flush);
}

void tlb_catch_up(struct addrspace *as)
{
    struct cpu *c = this_cpu();
    if (flushed_at(as, c->index) != generation(as))
        flush_for(c, as, false);
}

// The new root is in satp before `as` says so: whoever waits for the old space to be left may
// free its tables at once.
void as_activate(struct addrspace *as, bool in_use)
{
    struct cpu *c = this_cpu();
    debug_assert(irq_depth() > 0 || !irq_enabled());
    if (c->as != as) {
        flush_for(c, as, true);
        __atomic_store_n(&c->as_in_use, false, __ATOMIC_SEQ_CST);
        __atomic_store_n(&c->as, as, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&c->as_in_use, in_use, __ATOMIC_SEQ_CST);
    tlb_catch_up(as);
}

void as_idle(void)
{
    __atomic_store_n(&this_cpu()->as_in_use, false, __ATOMIC_SEQ_CST);
}

// A hart that this thread moves to meanwhile catches up by itself, so none is left out.
void tlb_flush_space(struct addrspace *as)
{
    uint64 gen = __atomic_add_fetch(&as->tlb_gen, 1, __ATOMIC_SEQ_CST);
    irq_off();
    if (this_cpu()->as == as)
        tlb_catch_up(as);
    irq_on();
    for (uint i = 0; i < cpu_count; i++) {
        if (!in_use_on(as, &cpus[i]) || flushed_at(as, i) >= gen)
            continue;
        ipi_send(i, IPI_TLB);
        count(C_tlb_shootdown);
        while (in_use_on(as, &cpus[i]) && flushed_at(as, i) < gen)
            ;
    }
}

static void handle_tlb(void)
{
    tlb_catch_up(this_cpu()->as);
}

static void leave_if_ended(void)
{
    struct cpu *c = this_cpu();
    if (c->as && !c->as_in_use && __atomic_load_n(&c->as->refs, __ATOMIC_SEQ_CST) == 0)
        as_activate(&kernel_space, false);
}

void tlb_evict_space(struct addrspace *as)
{
    irq_off();
    leave_if_ended();
    kassert(this_cpu()->as != as);
    irq_on();
    for (uint i = 0; i < cpu_count; i++) {
        if (kept_by(&cpus[i]) != as)
            continue;
        ipi_send(i, IPI_LEAVE);
        while (kept_by(&cpus[i]) == as)
            ;
    }
}

void tlb_init(void)
{
    ipi_set_handler(IPI_TLB, handle_tlb);
    ipi_set_handler(IPI_LEAVE, leave_if_ended);
}
