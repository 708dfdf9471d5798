// The kernel's own map: rights, stacks, and what must trap.
#include "kernel/arch/csr.h"
#include "kernel/arch/barrier.h"
#include "kernel/arch/cpu.h"
#include "kernel/fcntl.h"
#include "kernel/ktest/space.h"
#include "kernel/thread/thread.h"
#include "kernel/mmu/kstack.h"
#include "kernel/vm/table/kmap.h"
#include "kernel/vm/table/pagetable.h"

uint64 probe_load(vaddr_t va); // probe.S: 0 or scause
uint64 probe_store(vaddr_t va);
uint64 probe_fetch(vaddr_t va);

extern char text_start[], text_end[], rodata_start[], rodata_end[], kernel_end[]; // kernel.ld

static pte_t kernel_rights(vaddr_t va)
{
    pte_t *entry = pt_walk(kernel_space.kernel_root, va, 0);
    return entry ? *entry & (PTE_V | PTE_RIGHTS) : 0;
}

KTEST(kernel_map_rights)
{
    pte_t rx = PTE_V | PTE_R | PTE_X | PTE_A, ro = PTE_V | PTE_R | PTE_A;
    pte_t rw = ro | PTE_W | PTE_D;
    vaddr_t text = (vaddr_t)text_start, rodata = (vaddr_t)rodata_start;
    vaddr_t data = (vaddr_t)rodata_end, uart = UART0 + KERNEL_OFFSET;
    check(kernel_rights(text) == rx && kernel_rights((vaddr_t)text_end - 1) == rx);
    check(kernel_rights(rodata) == ro && kernel_rights(data - 1) == ro);
    check(kernel_rights(data) == rw && kernel_rights((vaddr_t)kernel_end - 1) == rw);
    check(kernel_rights((vaddr_t)page_to_virt(zero_page)) == rw);
    check(kernel_rights(uart) == rw && kernel_rights(uart - PGSIZE) == 0);
    check(kernel_rights(UART0) == 0 && kernel_rights(KERNBASE) == 0);
}

KTEST(kernel_stacks)
{
    int64 before = ktest_available();
    vaddr_t a = kstack_alloc(), b = kstack_alloc();
    check(a != 0 && b != 0 && a != b);
    check(ktest_available() == before - 2 * KSTACK_SIZE / PGSIZE);
    check(kernel_rights(a - 1) && kernel_rights(a - KSTACK_SIZE));
    check(!kernel_rights(a - KSTACK_SIZE - 1) && !kernel_rights(a));
    check(kstack_is_mapped(a - 1) && kstack_is_mapped(a - KSTACK_SIZE));
    check(!kstack_is_mapped(a - KSTACK_SIZE - 1) && !kstack_is_mapped(a) &&
          !kstack_is_mapped((vaddr_t)text_start));
    kstack_free(a);
    check(!kernel_rights(a - 1) && !kstack_is_mapped(a - 1));
    kstack_free(b);
}

// One page that holds a `ret`, mapped at DATA, readable and executable.
static struct addrspace *space_with_code(void)
{
    static const uint32 ret = 0x00008067;
    struct addrspace *as = as_create();
    if (as && (as_map(as, DATA, DATA + PGSIZE, PROT_READ | PROT_EXEC) < 0 ||
               as_write(as, DATA, &ret, sizeof(ret)) < 0)) {
        as_put(as);
        return 0;
    }
    fence_i();
    return as;
}

// An idle thread begins on its hart's boot stack, below the trap frame that every thread has, in
// which a switch looks for floating point.
KTEST(kernel_stacks_of_idle_threads)
{
    for (uint i = 0; i < cpu_count; i++) {
        const struct thread *p = cpus[i].idle_thread;
        check(p->tf->sstatus == 0 && p->context.sp <= (vaddr_t)p->tf);
    }
}

KTEST(kernel_traps_on_misuse)
{
    struct addrspace *as = space_with_code();
    check(as);
    ktest_use_space(as);
    uint64 fetch = probe_fetch(DATA), load = probe_load(DATA), null = probe_load(0);
    ktest_use_space(0);
    as_put(as);
    check(fetch == CAUSE_FETCH_PAGE && null == CAUSE_LOAD_PAGE);
    check(load == (DEBUG_BUILD ? CAUSE_LOAD_PAGE : 0)); // SUM

    struct page *p = page_alloc(0);
    check(p);
    uint32 *code = page_to_virt(p);
    code[0] = 0x00008067;
    fence_i();
    fetch = probe_fetch((vaddr_t)code);
    page_put(p);
    check(fetch == CAUSE_FETCH_PAGE);
    check(probe_store((vaddr_t)text_start) == CAUSE_STORE_PAGE);
    check(probe_store((vaddr_t)rodata_start) == CAUSE_STORE_PAGE);
    check(probe_store(TRAMPOLINE) == CAUSE_STORE_PAGE);

    vaddr_t stack = PGROUNDDOWN(r_sp()) & ~(vaddr_t)(KSTACK_PLACE - 1); // the slot's lower half
    check(probe_load(stack + KSTACK_PLACE - KSTACK_SIZE - 8) == CAUSE_LOAD_PAGE);
    check(probe_load(KERNBASE) == CAUSE_LOAD_PAGE); // no identity mapping
}
