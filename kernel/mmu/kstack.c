// Kernel stacks (kstack.h). Four frames are behind the upper half of a place that is in use.
//
// Any hart's TLB may still hold a place's old translation, and not only the hart that runs on a
// stack reads it: an interrupt handler finishes a request that lies there; fork fills in a trap
// frame. So places are used in turn, and before a place is used again all harts flush: once in some
// five hundred forks.
//
// A hart may also remember that a page of the place was not there. Before a hart runs on the stack,
// it flushes, unless it has done so since the stack was mapped (tlb_know_stack). Most harts have:
// a new process comes with a new address space. Any other access that faults is repeated after a
// flush (trap.c): the handler then runs on another stack, which the hart knows.
#include "kernel/mmu/kstack.h"
#include "kernel/arch/layout.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"
#include "kernel/mmu/tlb.h"
#include "kernel/riscv.h"

#define KSTACK_PAGES (KSTACK_SIZE / PGSIZE)
#define STACK_RIGHTS (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)

static uint64 *entries_of[KSTACKS]; // I after boot: the entries of each place's stack

static struct spinlock kstack_lock = SPINLOCK_INIT("kstack", KSTACK);
static vaddr_t free_stacks[KSTACKS]; // ring of upper ends, longest free first; kstack_lock
static uint64 first, last;           // positions in the ring, counted on; kstack_lock
static uint64 usable;                // no hart has old translations up to there; kstack_lock

static uint place_of(vaddr_t va) { return (va - KSTACK_BASE) / KSTACK_PLACE; }

void kstack_add(vaddr_t top, uint64 *entries)
{
    entries_of[place_of(top - 1)] = entries;
    free_stacks[last++] = top;
    usable = last;
}

// The upper end of a place without translations anywhere; 0: all are in use.
static vaddr_t take_place(void)
{
    vaddr_t top = 0;

    spin_lock(&kstack_lock);
    while (first < last && first >= usable) {
        // What is free now is clean after a flush. Others may free more meanwhile.
        uint64 free_until = last;
        spin_unlock(&kstack_lock);
        tlb_flush_kernel();
        spin_lock(&kstack_lock);
        usable = max_u64(usable, free_until);
    }
    if (first < last)
        top = free_stacks[first++ % KSTACKS];
    spin_unlock(&kstack_lock);
    return top;
}

vaddr_t kstack_alloc(void)
{
    vaddr_t top = take_place();
    if (top == 0)
        return 0;

    uint64 *entries = entries_of[place_of(top - 1)];
    for (uint i = 0; i < KSTACK_PAGES; i++) {
        struct page *p = page_alloc(0);
        if (p == NULL) {
            kstack_free(top);
            return 0;
        }
        entries[i] = PA2PTE(page_to_phys(p)) | STACK_RIGHTS;
    }
    return top;
}

void kstack_free(vaddr_t top)
{
    uint64 *entries = entries_of[place_of(top - 1)];
    for (uint i = 0; i < KSTACK_PAGES; i++) {
        if (entries[i] & PTE_V)
            page_put(phys_to_page(PTE2PA(entries[i])));
        entries[i] = 0;
    }

    spin_lock(&kstack_lock);
    free_stacks[last++ % KSTACKS] = top;
    spin_unlock(&kstack_lock);
}

void *kstack_last_bytes(vaddr_t top, size_t n)
{
    uint64 entry = entries_of[place_of(top - 1)][KSTACK_PAGES - 1];
    return (char *)phys_to_virt(PTE2PA(entry)) + PGSIZE - n;
}

bool kstack_is_mapped(vaddr_t va)
{
    vaddr_t in_place = (va - KSTACK_BASE) % KSTACK_PLACE;
    if (va < KSTACK_BASE || place_of(va) >= KSTACKS || in_place < KSTACK_PLACE - KSTACK_SIZE)
        return false;
    uint page = (in_place - (KSTACK_PLACE - KSTACK_SIZE)) / PGSIZE;
    return (entries_of[place_of(va)][page] & PTE_V) != 0;
}
