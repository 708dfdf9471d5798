// Leaves of 2 MiB: counts of their frames, their tables, and each allocation that can fail.
#include "kernel/errno.h"
#include "kernel/ktest/space.h"
#include "kernel/vm.h"
#include "kernel/vm/table/pagetable.h"

#define HEAP (2UL * SUPERPGSIZE)

// A heap of so many leaves, of which the first is there.
static struct addrspace *space_with_leaf(uint leaves)
{
    struct addrspace *as = as_create();
    if (!as)
        return 0;
    as_set_heap(as, HEAP);
    if (as_sbrk(as, leaves * (int64)SUPERPGSIZE, SBRK_EAGER) == HEAP &&
        vm_fault(as, HEAP + 5, ACCESS_WRITE) == 0)
        return as;
    as_put(as);
    return 0;
}

static bool is_leaf(struct addrspace *as, uaddr_t va)
{
    struct pt_span s = pt_span_at(va);
    return pt_next_span(as->user_root, &s, va + PGSIZE) && s.leaf;
}

KTEST(page_chunk_is_frames)
{
    int64 before = ktest_available();
    struct page *b = page_alloc_chunk(PAGE_ZERO);
    check(b && ktest_available() == before - CHUNK_FRAMES && page_chunk_is_single(b));
    check(page_to_phys(b) % SUPERPGSIZE == 0 && page_refs(b + 511) == 1 && b[511].order == 0);
    page_get_chunk(b);
    page_get(b + 7);
    check(!page_chunk_is_single(b) && page_refs(b) == 2 && page_refs(b + 7) == 3);
    page_put_chunk(b);
    check(!page_chunk_is_single(b) && ktest_available() == before - CHUNK_FRAMES);
    page_put_chunk(b); // all but one go
    check(page_refs(b) == 0 && page_refs(b + 7) == 1 && ktest_available() == before - 1);
    page_put(b + 7);
    check(ktest_available() == before);
    b = page_alloc_chunk(0);
    check(b);
    page_put_chunk(b); // all together
    check(ktest_available() == before);
    page_check();
}

KTEST(leaf_account)
{
    struct addrspace *as = as_create();
    check(as);
    as_set_heap(as, HEAP);
    check(as_sbrk(as, 2 * SUPERPGSIZE, SBRK_EAGER) == HEAP && as->promised_tables == 3);
    int64 promised = ktest_available();
    check(vm_fault(as, HEAP + 7 * PGSIZE, ACCESS_WRITE) == 0 && is_leaf(as, HEAP));
    check(ktest_available() == promised && as->resident == CHUNK_FRAMES && as->tables == 2);
    as_check(as);
    uint64 stale = counters[C_fault_stale];
    check(vm_fault(as, HEAP + 9 * PGSIZE, ACCESS_WRITE) == 0 &&
          counters[C_fault_stale] == stale + 1);
    check(as_sbrk(as, -SUPERPGSIZE - PGSIZE, SBRK_EAGER) > 0 && !is_leaf(as, HEAP));
    check(as->resident == CHUNK_FRAMES - 1 && as->tables == 2 && as->promised_tables == 0);
    check(ktest_available() == promised + CHUNK_FRAMES + 1 + 1); // and a table
    as_check(as);
    check(as_sbrk(as, PGSIZE - SUPERPGSIZE, SBRK_EAGER) > 0 && as->resident == 0 &&
          as->tables == 2);
    as_put(as);
}

KTEST(leaf_pins)
{
    struct addrspace *as = space_with_leaf(1), *child = 0;
    struct page *p = 0, *first = as ? mapped_page(as, HEAP) : 0;
    bool shared = true;
    check(first && vm_pin(as, HEAP + 77 * PGSIZE + 5, ACCESS_WRITE, &p, &shared) == 0 && !shared);
    check(p == first + 77 && page_refs(p) == 2 && page_refs(first) == 1);
    check(as_fork(as, &child) == 0 && page_refs(p) == 3);
    as_put(child);
    uint64 copies = counters[C_super_copy];
    // one page has another user
    check(vm_fault(as, HEAP, ACCESS_WRITE) == 0 && counters[C_super_copy] == copies + 1);
    check(mapped_page(as, HEAP) != first && page_refs(first) == 0 && page_refs(p) == 1);
    page_put(p);
    as_put(as);
}

static int fail_countdown;

static bool fail_later(void) { return fail_countdown-- == 0; }

static bool fail_always(void) { return true; }

// What f returns while allocations fail as the hook says.
static int with_failures(bool (*hook)(void), struct addrspace *as, struct addrspace **child)
{
    bool (*saved)(void) = alloc_failure_hook;
    alloc_failure_hook = hook;
    int r = child ? as_fork(as, child) : vm_fault(as, HEAP + 3 * PGSIZE, ACCESS_WRITE);
    alloc_failure_hook = saved;
    return r;
}

KTEST(leaf_fork_out_of_memory)
{
    struct addrspace *as = space_with_leaf(3), *child = 0;
    check(as && vm_fault(as, HEAP + 2 * SUPERPGSIZE, ACCESS_WRITE) == 0);
    int r = -ENOMEM, n = 0;
    for (; r == -ENOMEM && n < 100; n++) {
        fail_countdown = n;
        r = with_failures(fail_later, as, &child);
        as_check(as);
        check(r == 0 || page_chunk_is_single(mapped_page(as, HEAP)));
    }
    check(r == 0 && n > 6 && child->tables == as->tables && child->resident == as->resident);
    as_put(child);
    as_put(as);
}

// No block to copy to: it is split; then no page either: nothing is lost, and tried again.
KTEST(leaf_copy_out_of_memory)
{
    struct addrspace *as = space_with_leaf(1), *child = 0;
    check(as && as_fork(as, &child) == 0);
    struct page *first = mapped_page(as, HEAP);
    check(with_failures(fail_always, child, 0) == -ENOMEM);
    check(!is_leaf(child, HEAP) && is_leaf(as, HEAP) && page_refs(first + 3) == 2);
    as_check(child);
    check(vm_fault(child, HEAP + 3 * PGSIZE, ACCESS_WRITE) == 0 && page_refs(first + 3) == 1);
    check(mapped_page(child, HEAP + 511 * PGSIZE) == first + 511);
    as_check(child);
    as_put(child);
    check(vm_fault(as, HEAP, ACCESS_WRITE) == 0 && mapped_page(as, HEAP) == first &&
          is_leaf(as, HEAP));
    as_check(as);
    as_put(as);
}
