// Address spaces: roots, regions, faults, fork.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/ktest/space.h"
#include "kernel/lib/string.h"
#include "kernel/mmu/tlb.h"
#include "kernel/thread/thread.h"
#include "kernel/vm/table/kmap.h"
#include "kernel/vm/table/pagetable.h"

struct addrspace *space_with_data(uint64 pages)
{
    struct addrspace *as = as_create();
    if (as && as_map(as, DATA, DATA + pages * PGSIZE, PROT_READ | PROT_WRITE) == 0)
        return as;
    if (as)
        as_put(as);
    return 0;
}

void ktest_use_space(struct addrspace *as)
{
    irq_off();
    struct addrspace *used = as ? as : &kernel_space;
    current()->mmu = as ? &as->mmu : NULL;
    mmu_activate(&used->mmu, as != NULL);
    irq_on();
}

uint64 space_size(struct addrspace *as)
{
    uint64 shared = 0, file = 0;
    return as_usage(as, &shared, &file);
}

struct page *mapped_page(struct addrspace *as, uaddr_t va)
{
    pte_t entry = as_lookup(as, va);
    return entry ? phys_to_page(PTE2PA(entry)) : 0;
}

KTEST(space_roots_agree)
{
    int64 before = ktest_available();
    struct addrspace *as = space_with_data(1);
    check(as);
    // Two roots; small objects may take a frame each.
    check(before - ktest_available() >= 2 && before - ktest_available() <= 4);
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0);
    const pte_t *user = pt_table(as->user_root), *kernel = pt_table(as->kernel_root);
    const pte_t *template = pt_table(kernel_space.kernel_root);
    check(as->user_root != as->kernel_root);
    for (uint i = 0; i < KERNEL_ROOT_INDEX; i++)
        check(user[i] == kernel[i]);
    for (uint i = KERNEL_ROOT_INDEX; i < PT_ENTRIES; i++)
        check(user[i] == 0 && kernel[i] == template[i]);
    check(as_lookup(as, TRAMPOLINE) == (as_lookup(&kernel_space, TRAMPOLINE)));
    check(!(as_lookup(as, TRAMPOLINE) & (PTE_U | PTE_W)) && !(as_lookup(as, TRAPFRAME) & PTE_U));
    as_check(as);
    as_put(as);
}

KTEST(space_refuses_bad_regions)
{
    struct addrspace *as = space_with_data(4);
    int rw = PROT_READ | PROT_WRITE;
    check(as);
    check(as_map(as, 0, PGSIZE, rw) == -EINVAL);
    check(as_map(as, DATA + 3 * PGSIZE, DATA + 5 * PGSIZE, rw) == -EINVAL);
    check(as_map(as, DATA - PGSIZE, DATA + 9 * PGSIZE, rw) == -EINVAL);
    check(as_map(as, DATA + 5 * PGSIZE, DATA + 5 * PGSIZE, rw) == -EINVAL);
    check(as_map(as, DATA + 6 * PGSIZE, DATA + 5 * PGSIZE, rw) == -EINVAL);
    check(as_map(as, DATA + 6 * PGSIZE + 8, DATA + 7 * PGSIZE, rw) == -EINVAL);
    check(as_map(as, TRAPFRAME - PGSIZE, TRAPFRAME + PGSIZE, rw) == -EINVAL);
    check(as_map(as, -2UL * PGSIZE, -1UL * PGSIZE, rw) == -EINVAL);
    check(as_map(as, DATA + 4 * PGSIZE, DATA + 5 * PGSIZE, PROT_WRITE | PROT_EXEC) == -EINVAL);
    check(as_map(as, DATA + 4 * PGSIZE, DATA + 5 * PGSIZE, PROT_READ | PROT_EXEC) == 0);
    check(as_map(as, TRAPFRAME - PGSIZE, TRAPFRAME, rw) == 0);
    check(space_size(as) == 6 * PGSIZE);
    as_check(as);
    as_put(as);
}

KTEST(space_write_crosses_pages)
{
    static char text[3 * PGSIZE];
    struct addrspace *as = as_create();
    check(as && as_map(as, DATA, DATA + 4 * PGSIZE, PROT_READ | PROT_EXEC) == 0);
    for (uint i = 0; i < sizeof(text); i++)
        text[i] = i * 7;
    check(as_write(as, DATA + 100, text, sizeof(text)) == 0);
    check(as->resident == 4);
    const char *second = page_to_virt(mapped_page(as, DATA + PGSIZE));
    const char *last = page_to_virt(mapped_page(as, DATA + 3 * PGSIZE));
    check(memcmp(second, text + PGSIZE - 100, PGSIZE) == 0);
    check(last[99] == text[3 * PGSIZE - 1] && last[100] == 0);
    check(!(as_lookup(as, DATA) & PTE_W) && (as_lookup(as, DATA) & PTE_X));
    check(as_write(as, DATA + 4 * PGSIZE - 1, text, 2) == -EFAULT);
    check(as_write(as, DATA - 1, text, 1) == -EFAULT);
    as_check(as);
    as_put(as);
}

KTEST(fault_cases)
{
    struct addrspace *as = space_with_data(4);
    check(as);
    uint64 zero_maps = counters[C_fault_zero_map], fills = counters[C_fault_zero_fill];
    check(vm_fault(as, DATA + 9, ACCESS_READ) == 0);
    check(mapped_page(as, DATA) == zero_page && !(as_lookup(as, DATA) & PTE_W));
    check(counters[C_fault_zero_map] == zero_maps + 1 && as->resident == 0);
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0); // the zero page is replaced
    check(mapped_page(as, DATA) != zero_page && (as_lookup(as, DATA) & PTE_W));
    check(vm_fault(as, DATA + PGSIZE, ACCESS_WRITE) == 0);
    check(counters[C_fault_zero_fill] == fills + 2 && as->resident == 2);

    uint64 stale = counters[C_fault_stale], ad = counters[C_fault_ad];
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0 && counters[C_fault_stale] == stale + 1);
    *pt_walk(as->user_root, DATA, 0) &= ~(pte_t)(PTE_A | PTE_D);
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0 && counters[C_fault_ad] == ad + 1);
    check((as_lookup(as, DATA) & (PTE_A | PTE_D)) == (PTE_A | PTE_D));
    as_check(as);
    as_put(as);
}

KTEST(fault_denied)
{
    struct addrspace *as = space_with_data(1);
    check(as && as_map(as, DATA + 2 * PGSIZE, DATA + 3 * PGSIZE, PROT_READ | PROT_EXEC) == 0);
    uint64 denied = counters[C_fault_denied];
    check(vm_fault(as, DATA, ACCESS_EXEC) == -EFAULT);
    check(vm_fault(as, DATA + 2 * PGSIZE, ACCESS_WRITE) == -EFAULT);
    static const uaddr_t bad[] = {0,          DATA - 1, DATA + PGSIZE, DATA + 3 * PGSIZE, TRAPFRAME,
                                  TRAMPOLINE, MAXVA,    1UL << 63,     KERNEL_OFFSET,     -1UL};
    for (uint i = 0; i < ARRAY_LEN(bad); i++)
        check(vm_fault(as, bad[i], ACCESS_READ) == -EFAULT);
    check(counters[C_fault_denied] == denied + 2 + ARRAY_LEN(bad));
    check(vm_fault(as, DATA + 2 * PGSIZE, ACCESS_EXEC) == 0);
    as_check(as);
    as_put(as);
}

KTEST(fault_copies_in_sequence)
{
    enum { PAGES = 40 };
    struct addrspace *as = space_with_data(PAGES), *child;
    check(as);
    for (uint i = 0; i < PAGES; i++)
        check(vm_fault(as, DATA + i * PGSIZE, ACCESS_WRITE) == 0);
    check(as_fork(as, &child) == 0);
    uint64 copies = counters[C_fault_cow_copy], around = counters[C_fault_cow_around];
    for (uint i = 0; i < PAGES; i++)
        if (!(as_lookup(child, DATA + i * PGSIZE) & PTE_W))
            check(vm_fault(child, DATA + i * PGSIZE, ACCESS_WRITE) == 0);
    copies = counters[C_fault_cow_copy] - copies;
    around = counters[C_fault_cow_around] - around;
    check(copies + around == PAGES && copies == 8); // 1, 2, 4, and 8 at a time
    for (uint i = 0; i < PAGES; i++)
        check(mapped_page(as, DATA + i * PGSIZE) != mapped_page(child, DATA + i * PGSIZE));
    as_check(child);
    as_put(child);
    as_put(as);
}

KTEST(fork_shares_and_diverges)
{
    struct addrspace *as = space_with_data(3), *child;
    check(as && vm_fault(as, DATA, ACCESS_WRITE) == 0);
    check(vm_fault(as, DATA + 2 * PGSIZE, ACCESS_READ) == 0);
    struct page *page = mapped_page(as, DATA);
    *(char *)page_to_virt(page) = 'p';
    uint64 shared = counters[C_fork_pages], copies = counters[C_fault_cow_copy];
    uint64 claims = counters[C_fault_cow_claim];
    check(as_fork(as, &child) == 0);
    check(counters[C_fork_pages] == shared + 2 && page_refs(page) == 2);
    check(mapped_page(child, DATA) == page && child->resident == 1);
    check(!(as_lookup(as, DATA) & PTE_W) && (as_lookup(child, DATA) & PTE_COW));

    check(vm_fault(child, DATA, ACCESS_WRITE) == 0); // copied
    struct page *copy = mapped_page(child, DATA);
    check(copy != page && page_refs(page) == 1 && *(char *)page_to_virt(copy) == 'p');
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0); // the last holder claims it
    check(mapped_page(as, DATA) == page && (as_lookup(as, DATA) & PTE_W));
    check(counters[C_fault_cow_copy] == copies + 1 && counters[C_fault_cow_claim] == claims + 1);
    as_put(child);
    as_put(as);
}

static int fail_countdown;

static bool fail_later(void) { return fail_countdown-- == 0; }

// Each allocation of a fork fails once; the parent is whole and nothing is left behind (the
// frame counts around the test).
KTEST(fork_out_of_memory)
{
    struct addrspace *as = space_with_data(3), *child = 0;
    check(as && as_map(as, 9 * GIGAPAGE, 9 * GIGAPAGE + PGSIZE, PROT_READ | PROT_WRITE) == 0);
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0);
    check(vm_fault(as, 9 * GIGAPAGE, ACCESS_WRITE) == 0);
    bool (*saved)(void) = alloc_failure_hook;
    int n = 0, r = -ENOMEM;
    for (; r == -ENOMEM && n < 100; n++) {
        fail_countdown = n;
        alloc_failure_hook = fail_later;
        r = as_fork(as, &child);
        alloc_failure_hook = saved;
        as_check(as);
    }
    check(r == 0 && n > 8);
    check(page_refs(mapped_page(as, DATA)) == 2);
    as_put(child);
    check(vm_fault(as, DATA, ACCESS_WRITE) == 0 && (as_lookup(as, DATA) & PTE_W));
    as_put(as);
}

KTEST(pin_keeps_a_page)
{
    struct addrspace *as = space_with_data(1);
    struct page *p = 0;
    bool shared = true;
    check(as && vm_pin(as, DATA - 1, ACCESS_READ, &p, &shared) == -EFAULT && !p);
    check(vm_pin(as, DATA + 5, ACCESS_WRITE, &p, &shared) == 0 && !shared);
    check(p == mapped_page(as, DATA) && page_refs(p) == 2);
    as_put(as);
    check(page_refs(p) == 1);
    page_put(p);
}

KTEST(info_page_of_each_space)
{
    struct addrspace *as = space_with_data(1), *child;
    uaddr_t at = DATA + 2 * PGSIZE;
    check(as && as_map_info(as, at) == 0 && as_map_info(as, at) == -EINVAL);
    as_set_info(as, &(struct usyscall){.pid = 17});
    check(vm_fault(as, at, ACCESS_WRITE) == -EFAULT && vm_fault(as, at, ACCESS_EXEC) == -EFAULT);
    check(as_lookup(as, at) == 0 && vm_fault(as, at + 4, ACCESS_READ) == 0);
    const struct page *page = mapped_page(as, at);
    check(((struct usyscall *)page_to_virt(page))->pid == 17 && as->resident == 1);
    check(as_fork(as, &child) == 0 && as_lookup(child, at) == 0 && child->resident == 0);
    as_set_info(child, &(struct usyscall){.pid = 18});
    check(vm_fault(child, at, ACCESS_READ) == 0 && mapped_page(child, at) != page);
    check(((struct usyscall *)page_to_virt(mapped_page(child, at)))->pid == 18);
    check(page_refs(page) == 1 && mapped_page(as, at) == page);
    as_check(child);
    as_put(child);
    as_put(as);
}

// As on a processor that leaves A to the fault handler.
KTEST(accessed_bits)
{
    struct addrspace *as = space_with_data(20);
    uint8 map[3];
    check(as && vm_fault(as, DATA + 3 * PGSIZE, ACCESS_READ) == 0 &&
          vm_fault(as, DATA + 17 * PGSIZE, ACCESS_WRITE) == 0);
    as_accessed(as, DATA, 20, map);
    check(map[0] == 1 << 3 && map[1] == 0 && map[2] == 1 << 1);
    uint64 gen = as->mmu.tlb_gen, ad = counters[C_fault_ad];
    map[0] = 0;
    as_clear_accessed(as, DATA, 20, map);
    check(as->mmu.tlb_gen == gen + 1 && !(as_lookup(as, DATA + 17 * PGSIZE) & PTE_A));
    as_check(as);
    as_accessed(as, DATA, 20, map);
    check(map[0] == 1 << 3 && map[2] == 0);
    check(vm_fault(as, DATA + 17 * PGSIZE, ACCESS_READ) == 0 && counters[C_fault_ad] == ad + 1);
    as_accessed(as, DATA + 16 * PGSIZE, 4, map);
    check(map[0] == 1 << 1);
    as_put(as);
}
