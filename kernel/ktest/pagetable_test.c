// Page tables and the list of regions.
#include "kernel/fcntl.h"
#include "kernel/ktest/ktest.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/space/space.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/roots.h"

KTEST(pagetable_rights)
{
    pte_t base = PTE_V | PTE_U | PTE_A;
    check(pt_user_rights(PROT_NONE) == (base & ~PTE_V));
    check(pt_user_rights(PROT_READ) == (base | PTE_R));
    check(pt_user_rights(PROT_WRITE) == (base | PTE_R | PTE_W | PTE_D));
    check(pt_user_rights(PROT_READ | PROT_EXEC) == (base | PTE_R | PTE_X));
}

KTEST(pagetable_walk)
{
    struct addrspace *as = as_create();
    check(as && as->tables == 0); // the corner's are shared
    uaddr_t va = 5 * GIGAPAGE + 3 * SUPERPGSIZE + 7 * PGSIZE;
    check(pt_walk(as->user_root, va, 0) == 0);
    pte_t *entry = roots_make_entry(as, va, 0, false);
    check(entry && as->tables == 2 && pt_index((vaddr_t)entry / 8 * PGSIZE, 0) == 7);
    check(roots_make_entry(as, va + 5, 0, false) == entry && as->tables == 2);
    check(pt_walk(as->user_root, va, 0) == entry && pt_walk(as->kernel_root, va, 0) == entry);
    check(roots_make_entry(as, va + SUPERPGSIZE, 0, false) && as->tables == 3);
    check(as_lookup(as, va) == 0 && as_lookup(as, MAXVA) == 0 && as_lookup(as, -1UL) == 0);
    as_put(as);
}

KTEST(pagetable_spans_skip_what_is_absent)
{
    struct addrspace *as = as_create();
    uaddr_t low = GIGAPAGE - SUPERPGSIZE, high = 200 * GIGAPAGE;
    check(as && roots_make_entry(as, low, 0, false) && roots_make_entry(as, high, 0, false));
    struct pt_span s = pt_span_at(low + 3 * PGSIZE);
    check(pt_next_span(as->user_root, &s, high + 2 * PGSIZE));
    check(s.start == low + 3 * PGSIZE && s.end == low + SUPERPGSIZE);
    check(s.entry == roots_make_entry(as, s.start, 0, false));
    check(pt_next_span(as->user_root, &s, high + 2 * PGSIZE));
    check(s.start == high && s.end == high + 2 * PGSIZE);
    check(!pt_next_span(as->user_root, &s, high + 2 * PGSIZE));
    as_put(as);
}

KTEST(region_list)
{
    static const uint order[] = {3, 1, 4, 2, 0};
    struct addrspace *as = as_create();
    check(as);
    struct list *regions = &as->regions;
    for (uint i = 0; i < ARRAY_LEN(order); i++) { // each two pages long, two pages apart
        uaddr_t start = (order[i] * 4 + 1) * PGSIZE;
        struct region *r = region_new(&(struct region){
            .start = start, .end = start + 2 * PGSIZE, .prot = PROT_READ, .ops = &region_anon_ops});
        check(r);
        region_insert(as, r);
    }
    uaddr_t last = 0;
    list_for_each (r, regions, struct region, link) {
        check(r->start > last);
        last = r->start;
    }
    for (uint i = 0; i < 20; i++)
        check((region_find(regions, i * PGSIZE + 5) != 0) == (i % 4 == 1 || i % 4 == 2));
    check(!region_first(regions, 3 * PGSIZE, 5 * PGSIZE));
    check(region_first(regions, 3 * PGSIZE, 6 * PGSIZE));
    check(region_first(regions, 0, MAXVA) && !region_first(regions, 0, PGSIZE));
    struct region *first = region_find(regions, PGSIZE);
    check(region_allows(first, ACCESS_READ) && !region_allows(first, ACCESS_WRITE) &&
          !region_allows(first, ACCESS_EXEC));
    as_put(as);
}
