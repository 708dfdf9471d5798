// The heap: bytes, promises, large and sparse heaps.
#include "kernel/arch/csr.h"
#include "kernel/arch/fdt.h"
#include "kernel/errno.h"
#include "kernel/ktest/space.h"
#include "kernel/vm.h"
#include "kernel/vm/table/pagetable.h"

#define HEAP  (DATA + 4 * PGSIZE)
#define EAGER SBRK_EAGER
#define LAZY  SBRK_LAZY

static struct addrspace *space_with_heap(void)
{
    struct addrspace *as = space_with_data(4);
    if (as)
        as_set_heap(as, HEAP);
    return as;
}

KTEST(sbrk_by_bytes)
{
    struct addrspace *as = space_with_heap();
    check(as && as_sbrk(as, 0, EAGER) == HEAP);
    check(as_sbrk(as, 1, EAGER) == HEAP && as_sbrk(as, 0, EAGER) == HEAP + 1);
    check(space_size(as) == 5 * PGSIZE);
    check(as_sbrk(as, PGSIZE - 1, EAGER) == HEAP + 1 && space_size(as) == 5 * PGSIZE);
    check(as_sbrk(as, 1, EAGER) == HEAP + PGSIZE && space_size(as) == 6 * PGSIZE);
    check(vm_fault(as, HEAP + 2 * PGSIZE, ACCESS_READ) == -EFAULT);
    check(vm_fault(as, HEAP + PGSIZE, ACCESS_WRITE) == 0);
    check(as_sbrk(as, -1, EAGER) == HEAP + PGSIZE + 1 && space_size(as) == 5 * PGSIZE);
    check(vm_fault(as, HEAP + PGSIZE, ACCESS_READ) == -EFAULT);
    check(as_sbrk(as, -10 * PGSIZE, EAGER) == HEAP + PGSIZE && as_sbrk(as, 0, EAGER) == HEAP);
    check(space_size(as) == 4 * PGSIZE); // the data below is not the heap's
    check(as_sbrk(as, 5, EAGER) == HEAP && as_sbrk(as, 1UL << 63, EAGER) == HEAP + 5);
    check(as_sbrk(as, 0, EAGER) == HEAP);
    as_check(as);
    as_put(as);
}

KTEST(sbrk_promises_exactly)
{
    struct addrspace *as = space_with_heap();
    check(as && vm_fault(as, DATA, ACCESS_WRITE) == 0); // the heap's first table is there
    check(as_sbrk(as, PGSIZE, EAGER) == HEAP);
    int64 before = ktest_available();
    check(as_sbrk(as, 10 * PGSIZE, EAGER) > 0 && ktest_available() == before - 10);
    check(vm_fault(as, HEAP + PGSIZE, ACCESS_READ) == 0);  // the zero page costs nothing
    check(vm_fault(as, HEAP + PGSIZE, ACCESS_WRITE) == 0); // and a promise is spent
    check(vm_fault(as, HEAP + 5 * PGSIZE, ACCESS_WRITE) == 0);
    check(ktest_available() == before - 10);
    as_check(as);
    check(as_sbrk(as, -10 * PGSIZE, EAGER) > 0 && ktest_available() == before);

    // Page by page to the end: each costs one frame, and one more for a table now and then.
    int64 pages = 0, tables = as->promised_tables;
    while (as_sbrk(as, PGSIZE, EAGER) > 0)
        pages++;
    tables = as->promised_tables - tables;
    check(pages + tables + ktest_available() == before && ktest_available() <= 1);
    check(tables == (pages + 20) / 512 || tables == (pages + 20) / 512 + 1);
    check(as_sbrk(as, -pages * PGSIZE, EAGER) > 0 && ktest_available() == before);
    check(as_sbrk(as, pages * PGSIZE, EAGER) > 0 && ktest_available() <= 1);
    as_put(as);
}

KTEST(sbrk_mixed_parts)
{
    struct addrspace *as = space_with_heap();
    check(as);
    int64 before = ktest_available();
    check(as_sbrk(as, 2 * GIGAPAGE, LAZY) == HEAP);
    check(as_sbrk(as, 3 * PGSIZE, EAGER) > 0); // three pages and two tables
    check(before - ktest_available() >= 5 && before - ktest_available() <= 6);
    uaddr_t eager = HEAP + 2 * GIGAPAGE;
    check(as->promised_tables == 2);
    check(vm_fault(as, HEAP + GIGAPAGE, ACCESS_WRITE) == 0 && as->promised_tables == 2);
    check(vm_fault(as, eager + PGSIZE, ACCESS_WRITE) == 0 && as->promised_tables == 0);
    check(as_sbrk(as, 5 * PGSIZE, LAZY) > 0);
    as_check(as);
    check(as_sbrk(as, -(int64)GIGAPAGE, EAGER) > 0);
    check(as_sbrk(as, 4 * SUPERPGSIZE, EAGER) > 0);
    check(as->promised_tables >= 4); // the lazy part's tables count for nothing
    as_check(as);
    as_put(as);
}

KTEST(sbrk_refuses_too_much)
{
    struct addrspace *as = space_with_heap();
    check(as);
    int64 before = ktest_available();
    uint64 ram = machine.ram_end - machine.ram_start;
    check(as_sbrk(as, ram, EAGER) == -ENOMEM && ktest_available() == before);
    check(as_sbrk(as, TRAPFRAME - HEAP + 1, LAZY) == -ENOMEM);
    check(as_sbrk(as, (int64)(~0UL >> 1), LAZY) == -ENOMEM);
    check(as_sbrk(as, 0, EAGER) == HEAP && ktest_available() == before);
    check(as_sbrk(as, TRAPFRAME - HEAP, LAZY) == HEAP);
    check(vm_fault(as, TRAPFRAME - 1, ACCESS_WRITE) == 0); // beside the corner
    check(as_sbrk(as, 1, LAZY) == -ENOMEM);
    as_check(as);
    as_put(as);
}

KTEST(sbrk_sparse_is_fast)
{
    uint64 start = time_now();
    struct addrspace *as = space_with_heap(), *child;
    check(as && as_sbrk(as, 200 * GIGAPAGE, LAZY) == HEAP);
    for (uint i = 0; i < 200; i += 50)
        check(vm_fault(as, HEAP + i * GIGAPAGE, ACCESS_WRITE) == 0);
    for (uint i = 0; i < 10; i++) {
        check(as_fork(as, &child) == 0);
        as_check(child);
        check(as_sbrk(child, -199 * (int64)GIGAPAGE, LAZY) > 0 && child->resident == 1);
        as_put(child);
    }
    as_put(as);
    check((time_now() - start) * 1000 / machine.timebase < 200); // ms, for ten rounds
}
