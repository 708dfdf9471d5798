// Walking Sv39 tables (pagetable.h).
//
// Nobody frees a table while its space lives, so these functions need no lock. Each entry is loaded
// once and then judged, because another hart may change it at any time.
#include "kernel/vm/table/pagetable.h"

static force_inline pte_t load(const pte_t *entry)
{
    return __atomic_load_n(entry, __ATOMIC_RELAXED);
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
        pte_t value = load(entry);
        if (!(value & PTE_V)) // no table
            return NULL;
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
        pte_t top = load(&pt_table(root)[pt_index(va, 2)]);
        if (!pt_is_table(top)) { // nothing in this 1 GiB
            va = (va | (GIGAPAGE - 1)) + 1;
            continue;
        }

        // A parked 2 MiB leaf has no V, but still R, W or X (protect_region splits a leaf before it
        // takes these), so it counts as a leaf.
        pte_t *middle = &pt_table(PTE2PA(top))[pt_index(va, 1)];
        pte_t below = load(middle);
        uaddr_t end = (va | (SUPERPGSIZE - 1)) + 1;
        s->leaf = PTE_LEAF(below);
        if (!s->leaf && !pt_is_table(below)) { // nothing in these 2 MiB
            va = end;
            continue;
        }

        s->entry = middle;
        if (!s->leaf)
            s->entry = &pt_table(PTE2PA(below))[pt_index(va, 0)];
        s->start = va;
        s->end = min_u64(end, limit);
        return true;
    }
    return false;
}

struct page *pt_mapped_page(paddr_t root, uaddr_t va, pte_t *entry)
{
    struct pt_span s = pt_span_at(va);

    *entry = 0;
    if (pt_next_span(root, &s, va + 1))
        *entry = __atomic_load_n(s.entry, __ATOMIC_ACQUIRE);
    if (!(*entry & PTE_V))
        return NULL;

    // The entry of a 2 MiB leaf points to the first of its 512 pages.
    struct page *p = pt_page(*entry);
    if (s.leaf)
        p += pt_index(va, 0);
    return p;
}
