// Walking Sv39 tables (pagetable.h).
#include "kernel/vm/pagetable.h"

#include "kernel/fcntl.h"

pte_t pt_user_rights(int prot)
{
    pte_t rights = PTE_U | PTE_A | (prot ? PTE_V : 0);
    if (prot & (PROT_READ | PROT_WRITE))
        rights |= PTE_R;
    if (prot & PROT_WRITE)
        rights |= PTE_W | PTE_D;
    if (prot & PROT_EXEC)
        rights |= PTE_X;
    return rights;
}

bool pt_is_empty(const pte_t *table)
{
    uint i = 0;
    while (i < PT_ENTRIES && table[i] == 0)
        i++;
    return i == PT_ENTRIES;
}

pte_t *pt_walk(paddr_t root, vaddr_t va, int level)
{
    pte_t *entry = &pt_table(root)[pt_index(va, 2)];
    for (int below = 1; below >= level; below--) {
        pte_t value = __atomic_load_n(entry, __ATOMIC_RELAXED);
        if (!(value & PTE_V))
            return 0;
        if (PTE_LEAF(value))
            return entry;
        entry = &pt_table(PTE2PA(value))[pt_index(va, below)];
    }
    return entry;
}

bool pt_next_span(paddr_t root, struct pt_span *s, uaddr_t limit)
{
    uaddr_t va = s->end;
    while (va < limit) {
        pte_t top = __atomic_load_n(&pt_table(root)[pt_index(va, 2)], __ATOMIC_RELAXED);
        if (!pt_is_table(top)) {
            va = (va | (GIGAPAGE - 1)) + 1;
            continue;
        }
        pte_t *middle = &pt_table(PTE2PA(top))[pt_index(va, 1)];
        // once: it may become a leaf, or be split
        pte_t below = __atomic_load_n(middle, __ATOMIC_RELAXED);
        uaddr_t end = (va | (SUPERPGSIZE - 1)) + 1;
        s->leaf = PTE_LEAF(below);
        if (s->leaf || pt_is_table(below)) {
            s->entry = s->leaf ? middle : &pt_table(PTE2PA(below))[pt_index(va, 0)];
            s->start = va;
            s->end = min_u64(end, limit);
            return true;
        }
        va = end;
    }
    return false;
}

struct page *pt_mapped_page(paddr_t root, uaddr_t va, pte_t *entry)
{
    struct pt_span s = pt_span_at(va);
    *entry = pt_next_span(root, &s, va + 1) ? __atomic_load_n(s.entry, __ATOMIC_ACQUIRE) : 0;
    return *entry & PTE_V ? pt_page(*entry) + (s.leaf ? pt_index(va, 0) : 0) : 0;
}
