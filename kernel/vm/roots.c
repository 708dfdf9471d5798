// The two roots (roots.h). Only roots_entry and roots_create write root entries of the user half.
#include "kernel/vm/roots.h"

#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/pagetable.h"

// Makes the table that entry points to if it lacks; a shared one is replaced by a copy, which
// translates the same and so needs no flush. False if there is no memory.
static bool make_table(struct addrspace *as, pte_t *entry, bool promised)
{
    if (pt_own_table(*entry))
        return true;
    promised = promised && as->promised_tables > 0;
    struct page *p = page_alloc(PAGE_ZERO | (promised ? PAGE_PROMISED : 0));
    if (!p)
        return false;
    if (*entry & PTE_V)
        page_copy(page_to_virt(p), pt_table(PTE2PA(*entry)));
    pt_publish(entry, PA2PTE(page_to_phys(p)) | PTE_V);
    as->promised_tables -= promised;
    as->tables++;
    list_push_front(&as->table_pages, &p->link);
    return true;
}

pte_t *roots_entry(struct addrspace *as, vaddr_t va, int level, bool promised)
{
    uint i = pt_index(va, 2);
    pte_t *entry = &pt_table(as->user_root)[i];
    if (!make_table(as, entry, promised))
        return 0;
    if (pt_table(as->kernel_root)[i] != *entry)
        pt_publish(&pt_table(as->kernel_root)[i], *entry);
    entry = &pt_table(PTE2PA(*entry))[pt_index(va, 1)];
    return level == 1 ? entry : roots_entry_below(as, entry, va, promised);
}

pte_t *roots_entry_below(struct addrspace *as, pte_t *middle, vaddr_t va, bool promised)
{
    debug_assert(!PTE_LEAF(*middle));
    return make_table(as, middle, promised) ? &pt_table(PTE2PA(*middle))[pt_index(va, 0)] : 0;
}

int roots_create(struct addrspace *as)
{
    struct page *user = page_alloc(PAGE_ZERO);
    struct page *kernel = user ? page_alloc(0) : 0;
    if (!kernel) {
        page_put(user);
        return -ENOMEM;
    }
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
    kassert(list_empty(&as->spare_tables)); // no leaf is left that needs one
    while ((item = list_pop_front(&as->table_pages)) != 0)
        page_put(list_entry(item, struct page, link));
    page_put(phys_to_page(as->user_root));
    page_put(phys_to_page(as->kernel_root));
}
