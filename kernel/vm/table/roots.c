// The two roots (roots.h). Only roots_make_entry and roots_create write root entries of the user
// half.
#include "kernel/vm/table/roots.h"

#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/vm/table/kmap.h"
#include "kernel/vm/table/pagetable.h"

// Gives entry a table of its own: an empty one, or a copy of the table that it shares with other
// spaces. The copy translates the same, so no flush is needed. False if there is no memory.
static bool make_table(struct addrspace *as, pte_t *entry, bool promised)
{
    enum page_flags flags = PAGE_ZERO;

    if (promised && as->promised_tables > 0)
        flags |= PAGE_PROMISED;
    struct page *p = page_alloc(flags);
    if (p == NULL)
        return false;

    // Filled before the entry leads to it: a hart may follow the entry at once.
    if (*entry & PTE_V)
        page_copy(page_to_virt(p), pt_table(PTE2PA(*entry)));

    pt_publish(entry, PA2PTE(page_to_phys(p)) | PTE_V);
    if (flags & PAGE_PROMISED)
        as->promised_tables--;
    as->tables++;
    list_push_front(&as->table_pages, &p->link);
    return true;
}

pte_t *roots_make_entry(struct addrspace *as, vaddr_t va, int level, bool promised)
{
    // Level 2: whatever is new in one root, the other gets, too.
    uint top = pt_index(va, 2);
    pte_t *entry = &pt_table(as->user_root)[top];
    if (!pt_own_table(*entry)) {
        if (!make_table(as, entry, promised))
            return NULL;
        pt_publish(&pt_table(as->kernel_root)[top], *entry);
    }

    // Level 1: the entry itself is wanted, or it is a 2 MiB leaf, with no table below it.
    entry = &pt_table(PTE2PA(*entry))[pt_index(va, 1)];
    if (level == 1 || PTE_LEAF(*entry))
        return entry;

    // Level 0.
    if (!pt_own_table(*entry) && !make_table(as, entry, promised))
        return NULL;
    return &pt_table(PTE2PA(*entry))[pt_index(va, 0)];
}

int roots_create(struct addrspace *as)
{
    struct page *user = page_alloc(PAGE_ZERO);
    if (user == NULL)
        return -ENOMEM;
    struct page *kernel = page_alloc(0);
    if (kernel == NULL) {
        page_put(user);
        return -ENOMEM;
    }

    // The kernel root is a copy of kernel_space's. Of its user half only the corner is filled.
    as->user_root = page_to_phys(user);
    as->kernel_root = page_to_phys(kernel);
    mmu_set_roots(&as->mmu, as->kernel_root, as->user_root);
    page_copy(pt_table(as->kernel_root), pt_table(kernel_space.kernel_root));
    uint corner = pt_index(TRAMPOLINE, 2);
    pt_table(as->user_root)[corner] = pt_table(as->kernel_root)[corner];
    return 0;
}

void roots_destroy(struct addrspace *as)
{
    struct list *item;

    // Each 2 MiB leaf needs a spare table, and no leaf is left.
    kassert(list_empty(&as->spare_tables));
    while ((item = list_pop_front(&as->table_pages)) != NULL)
        page_put(list_entry(item, struct page, link));
    page_put(phys_to_page(as->user_root));
    page_put(phys_to_page(as->kernel_root));
}
