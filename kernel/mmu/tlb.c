// Stale translations (tlb.h).
//
// A thread that changes entries and a hart that runs on them agree without a lock. The changer
// writes the entries, then tlb_gen, then looks at each hart's `mmu` and `mmu_in_use`; a hart that
// takes a context up writes those two, then looks at tlb_gen. All of it is sequentially consistent,
// so at least one of the two sees the other: the hart flushes by itself, or is interrupted and
// waited for.
//
// hart_gen[h] is written by hart h only, after its flush.
#include "kernel/mmu/tlb.h"

#include "kernel/arch/barrier.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/ipi.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"

static struct mmu_context *kernel_context; // of a hart that runs no process; I

static uint64 code_gen;   // a: counts pages of code that were mapped
static uint64 kernel_gen; // a: counts changes in the kernel's half
static uint64 kernel_due; // a: up to where every hart must have flushed them

#define LOOKS (1U << 20) // at a hart that is waited for, before it is interrupted again

static uint64 read_generation(const uint64 *generation)
{
    return __atomic_load_n(generation, __ATOMIC_SEQ_CST);
}

static struct mmu_context *kept_by(const struct cpu *c)
{
    return __atomic_load_n(&c->mmu, __ATOMIC_SEQ_CST);
}

static bool in_use_on(const struct mmu_context *m, const struct cpu *c)
{
    return kept_by(c) == m && __atomic_load_n(&c->mmu_in_use, __ATOMIC_SEQ_CST);
}

// Loads the kernel root of m, where it is not loaded yet, and empties this hart's TLB. The
// generations are read before the flush: what changes meanwhile counts as not flushed. Interrupts
// are off.
static void flush_for(struct cpu *c, struct mmu_context *m)
{
    uint64 kernel = read_generation(&kernel_gen);
    uint64 gen = read_generation(&m->tlb_gen);
    csr_write(satp, m->kernel_satp);
    __asm__ volatile("sfence.vma" ::: "memory");
    __atomic_store_n(&c->kernel_gen, kernel, __ATOMIC_SEQ_CST);
    __atomic_store_n(&m->hart_gen[c->index], gen, __ATOMIC_SEQ_CST);
    count(C_tlb_flush);
}

void tlb_flush_local(void)
{
    irq_off();
    struct cpu *c = this_cpu();
    flush_for(c, c->mmu);
    irq_on();
}

// Flushes if this hart's space has changed since it last did, or the kernel's half in a way that is
// due. Interrupts are off.
static void catch_up(void)
{
    struct cpu *c = this_cpu();
    if (read_generation(&c->mmu->hart_gen[c->index]) != read_generation(&c->mmu->tlb_gen) ||
        c->kernel_gen < read_generation(&kernel_due))
        flush_for(c, c->mmu);
    uint64 code = read_generation(&code_gen);
    if (unlikely(c->code_gen != code)) {
        fence_i();
        __atomic_store_n(&c->code_gen, code, __ATOMIC_SEQ_CST);
    }
}

// The new root is in satp before `mmu` says so: a thread that waits until this hart has left the
// old space may free its tables at once.
void mmu_activate(struct mmu_context *m, bool in_use)
{
    struct cpu *c = this_cpu();
    debug_assert(irq_depth() > 0 || !irq_enabled());
    if (c->mmu != m) {
        flush_for(c, m);
        __atomic_store_n(&c->mmu_in_use, false, __ATOMIC_SEQ_CST);
        __atomic_store_n(&c->mmu, m, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&c->mmu_in_use, in_use, __ATOMIC_SEQ_CST);
    catch_up();
}

void mmu_idle(void) { __atomic_store_n(&this_cpu()->mmu_in_use, false, __ATOMIC_SEQ_CST); }

// What the hart is interrupted for. A space that ends is left by harts that keep it while they are
// idle.
void tlb_leave_or_catch_up(void)
{
    struct cpu *c = this_cpu();
    if (!c->mmu_in_use && __atomic_load_n(&c->mmu->ending, __ATOMIC_SEQ_CST))
        mmu_activate(kernel_context, false);
    catch_up();
}

// True if a hart has yet to be waited for: it uses m, and has not come to gen.
typedef bool lagging(uint hart, const struct mmu_context *m, uint64 gen);

static bool must_flush(uint hart, const struct mmu_context *m, uint64 gen)
{
    return in_use_on(m, &cpus[hart]) && read_generation(&m->hart_gen[hart]) < gen;
}

static bool must_fence(uint hart, const struct mmu_context *m, uint64 gen)
{
    return in_use_on(m, &cpus[hart]) && read_generation(&cpus[hart].code_gen) < gen;
}

static bool must_flush_kernel(uint hart, const struct mmu_context *, uint64 gen)
{
    return read_generation(&cpus[hart].kernel_gen) < gen;
}

static bool must_leave(uint hart, const struct mmu_context *m, uint64)
{
    return kept_by(&cpus[hart]) == m;
}

// Brings this hart up to date, and then the others that lag. If this thread moves to another hart
// meanwhile, that hart catches up by itself, so none is left out. Expanded in each caller, because
// fork, exec and exit wait for it.
static inline __attribute__((always_inline)) void
update_harts(lagging lags, const struct mmu_context *m, uint64 gen)
{
    irq_off();
    tlb_leave_or_catch_up();
    kassert(!lags(this_cpu()->index, m, gen));
    irq_on();
    for (uint i = 0; i < cpu_count; i++) {
        if (!lags(i, m, gen))
            continue;
        ipi_send(i, IPI_TLB);
        count(C_tlb_shootdown);
        for (uint looks = 1; lags(i, m, gen); looks++)
            if (looks % LOOKS == 0) // an interrupt that was lost is not the end
                ipi_raise(i);
    }
}

static uint64 next_generation(uint64 *generation)
{
    return __atomic_add_fetch(generation, 1, __ATOMIC_SEQ_CST);
}

void tlb_flush_space(struct mmu_context *m)
{
    update_harts(must_flush, m, next_generation(&m->tlb_gen));
}

void tlb_fence_code(struct mmu_context *m)
{
    update_harts(must_fence, m, next_generation(&code_gen));
}

uint64 tlb_new_stack(void) { return next_generation(&kernel_gen); }

// Of several callers at once, each has at least its own changes flushed.
void tlb_flush_kernel(void)
{
    uint64 gen = next_generation(&kernel_gen), due = read_generation(&kernel_due);
    while (due < gen && !__atomic_compare_exchange_n(&kernel_due, &due, gen, false,
                                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    update_harts(must_flush_kernel, 0, gen);
}

void tlb_evict_space(struct mmu_context *m)
{
    __atomic_store_n(&m->ending, true, __ATOMIC_SEQ_CST);
    update_harts(must_leave, m, 0);
}

void tlb_init(struct mmu_context *kernel) { kernel_context = kernel; }
