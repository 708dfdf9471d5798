// Two threads in one address space, on two harts if there are as many: changes that one makes are
// seen by the other at once, and a space that ends is left by a hart that idles on it.
#include "kernel/arch/fdt.h"
#include "kernel/arch/ipi.h"
#include "kernel/arch/layout.h"
#include "kernel/ktest/space.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/thread/thread.h"
#include "kernel/thread/sched.h"
#include "kernel/fcntl.h"
#include "kernel/mmu/kstack.h"
#include "kernel/vm/table/kmap.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/mmu/tlb.h"
#include "kernel/vm/fault/uaccess.h"

static struct {
    struct spinlock lock;  // orders as and busy
    struct addrspace *as;  // a: where to read, 0: nothing to do
    bool busy;             // a: the partner is in it
    uint64 rounds;         // a: reads made
    int result;            // a: what the last copyin returned
    uint64 value;          // a: what it read
    volatile uint64 *peek; // a: kernel memory that the partner reads, too
    uint64 peeked;         // a: what it read there
} shared = {.lock = SPINLOCK_INIT("ktest", SLEEPLOCK)};

// One hart is shared with the other thread; of several, each has its own.
static void relax(void)
{
    if (cpu_count == 1)
        sched_yield();
}

static void read_in(struct addrspace *as)
{
    ktest_use_space(as);
    while (__atomic_load_n(&shared.as, __ATOMIC_SEQ_CST) == as) {
        uint64 value = 0;
        int r = copyin(&value, DATA, sizeof(value));
        __atomic_store_n(&shared.value, value, __ATOMIC_SEQ_CST);
        __atomic_store_n(&shared.result, r, __ATOMIC_SEQ_CST);
        volatile uint64 *peek = __atomic_load_n(&shared.peek, __ATOMIC_SEQ_CST);
        if (peek)
            __atomic_store_n(&shared.peeked, *peek, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&shared.rounds, 1, __ATOMIC_SEQ_CST);
        relax();
    }
    irq_off();
    current()->mmu = NULL; // gone, but the hart keeps the space
    mmu_idle();
    irq_on();
}

// Sleeps until there is a space, reads there until it is told to stop, and sleeps again.
static void partner(void *arg)
{
    (void)arg;
    for (;;) {
        spin_lock(&shared.lock);
        while (!shared.as)
            sleep(&shared, &shared.lock);
        struct addrspace *as = shared.as;
        shared.busy = true;
        spin_unlock(&shared.lock);
        read_in(as);
        __atomic_store_n(&shared.busy, false, __ATOMIC_SEQ_CST);
    }
}

static void give_partner(struct addrspace *as)
{
    spin_lock(&shared.lock);
    __atomic_store_n(&shared.as, as, __ATOMIC_SEQ_CST);
    wakeup(&shared);
    spin_unlock(&shared.lock);
}

void ktest_start_partner(void) { thread_start("ktest partner", partner, 0); }

// Returns when the partner has begun and ended a read since.
static void wait_for_reads(void)
{
    uint64 until = __atomic_load_n(&shared.rounds, __ATOMIC_SEQ_CST) + 2;
    while (__atomic_load_n(&shared.rounds, __ATOMIC_SEQ_CST) < until)
        relax();
}

static void put_value(struct addrspace *as, uint64 value)
{
    *(volatile uint64 *)page_to_virt(mapped_page(as, DATA)) = value;
}

KTEST(shootdown_reaches_other_harts)
{
    struct addrspace *as = as_create(), *child;
    check(as);
    as_set_heap(as, DATA);
    check(as_sbrk(as, PGSIZE, 0) > 0 && vm_fault(as, DATA, ACCESS_WRITE) == 0);
    put_value(as, 1);
    give_partner(as);
    wait_for_reads();
    bool right = shared.result == 0 && shared.value == 1;
    for (uint64 i = 2; i < 20; i++) {
        right &= as_fork(as, &child) == 0 && vm_fault(as, DATA, ACCESS_WRITE) == 0; // a copy
        put_value(as, i);
        as_put(child);
        wait_for_reads();
        right &= shared.result == 0 && shared.value == i;
    }
    right &= as_sbrk(as, -PGSIZE, 0) > 0;
    wait_for_reads();
    right &= shared.result < 0;
    give_partner(0);
    while (__atomic_load_n(&shared.busy, __ATOMIC_SEQ_CST))
        relax();
    as_put(as); // returns only when no hart keeps it
    check(right);
}

// What another hart reads at a kernel address.
static uint64 peek_elsewhere(volatile uint64 *at)
{
    __atomic_store_n(&shared.peek, at, __ATOMIC_SEQ_CST);
    wait_for_reads();
    __atomic_store_n(&shared.peek, 0, __ATOMIC_SEQ_CST);
    wait_for_reads();
    return __atomic_load_n(&shared.peeked, __ATOMIC_SEQ_CST);
}

// A slot that is used again is not seen through old translations, on any hart.
KTEST(kernel_stacks_are_seen_by_all_harts)
{
    struct addrspace *as = as_create();
    check(as && as_map(as, DATA, DATA + PGSIZE, PROT_READ | PROT_WRITE) == 0);
    give_partner(as);
    vaddr_t top = kstack_alloc();
    volatile uint64 *word = (volatile uint64 *)(top - 8);
    *word = 1;
    check(peek_elsewhere(word) == 1);
    kstack_free(top);
    vaddr_t other = kstack_alloc(); // has the frames now
    check(other != 0 && other != top);
    for (vaddr_t next = 0; next != top;) {
        next = kstack_alloc();
        if (next != top)
            kstack_free(next);
    }
    // Not through the address itself: this hart's translation might be as old as the other's.
    pte_t entry = *pt_walk(kernel_space.kernel_root, top - 8, 0);
    *(uint64 *)phys_to_virt(PTE2PA(entry) + PGSIZE - 8) = 2;
    check(peek_elsewhere(word) == 2);
    kstack_free(top);
    kstack_free(other);
    give_partner(0);
    while (__atomic_load_n(&shared.busy, __ATOMIC_SEQ_CST))
        relax();
    as_put(as);
}

static bool stack_unknown; // a: to some hart that runs on it

static void look_at_stack(uint)
{
    irq_off();
    if (this_cpu()->kernel_gen < current()->kstack_state)
        __atomic_store_n(&stack_unknown, true, __ATOMIC_RELAXED);
    irq_on();
}

// The threads of the other harts are new, and moved to their harts. The first test: none has led to
// a flush.
KTEST(new_stacks_are_known)
{
    ktest_on_all_harts(look_at_stack);
    check(!stack_unknown);
}

// A hart whose timer is off does not look for reasons by itself. Without a second interrupt this
// waits for ever.
KTEST(lost_interrupt_is_sent_again)
{
    if (cpu_count == 1)
        return;
    sched_bind(0);
    *mmio64(CLINT_MTIMECMP(1)) = ~0UL;
    // so none is sent
    __atomic_fetch_or(&cpus[1].ipi_pending, (1U << IPI_REASONS) - 1, __ATOMIC_SEQ_CST);
    tlb_flush_kernel();
    *mmio64(CLINT_MTIMECMP(1)) = 0;
    current()->bound = ANY_HART;
}

KTEST(early_tick_is_not_the_last)
{
    sched_bind(0);
    uint64 before = current()->ticks, start = time_now();
    *mmio64(CLINT_MTIMECMP(0)) = 0;
    while (current()->ticks < before + 3 && time_now() - start < 10 * machine.timebase)
        ;
    bool ticks = current()->ticks >= before + 3;
    *mmio64(CLINT_MTIMECMP(0)) = 0;
    current()->bound = ANY_HART;
    check(ticks);
}
