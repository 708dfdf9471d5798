// The two roots (roots.h). Only set_root_entry writes a root entry of the user half.
#include "kernel/vm/roots.h"

#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/pagetable.h"

extern char trampoline_start[]; // kernel.ld

static void set_root_entry(struct addrspace *as, uint i, pte_t entry)
{
    kassert(i < KERNEL_ROOT_INDEX);
    pt_table(as->user_root)[i] = entry;
    pt_table(as->kernel_root)[i] = entry;
}

// A table for the user half, 0 if there is no memory.
static pte_t make_table(struct addrspace *as, bool promised)
{
    promised = promised && as->promised_tables > 0;
    struct page *p = page_alloc(PAGE_ZERO | (promised ? PAGE_PROMISED : 0));
    if (!p)
        return 0;
    as->promised_tables -= promised;
    as->tables++;
    list_push_front(&as->table_pages, &p->link);
    return pt_table_entry(page_to_phys(p));
}

pte_t *roots_entry(struct addrspace *as, uaddr_t va, bool promised)
{
    uint i = pt_index(va, 2);
    pte_t top = pt_table(as->user_root)[i];
    if (!(top & PTE_V)) {
        top = make_table(as, promised);
        if (!top)
            return 0;
        set_root_entry(as, i, top);
    }
    pte_t *middle = &pt_table(PTE2PA(top))[pt_index(va, 1)];
    if (!(*middle & PTE_V)) {
        pte_t table = make_table(as, promised);
        if (!table)
            return 0;
        *middle = table;
    }
    return &pt_table(PTE2PA(*middle))[pt_index(va, 0)];
}

int roots_map_corner(struct addrspace *as)
{
    pte_t *entry = roots_entry(as, TRAMPOLINE, false);
    if (!entry)
        return -ENOMEM;
    *entry = PA2PTE(virt_to_phys(trampoline_start)) | PTE_V | PTE_R | PTE_X | PTE_A;
    entry[-1] = PA2PTE(virt_to_phys(kmap_trapslots())) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
    return 0;
}

static_assert(TRAPFRAME + PGSIZE == TRAMPOLINE, "neighbours in one table");

int roots_create(struct addrspace *as)
{
    struct page *user = page_alloc(PAGE_ZERO);
    struct page *kernel = page_alloc(PAGE_ZERO);
    if (user && kernel) {
        as->user_root = page_to_phys(user);
        as->kernel_root = page_to_phys(kernel);
        memcpy(pt_table(as->kernel_root) + KERNEL_ROOT_INDEX,
               pt_table(kernel_space.kernel_root) + KERNEL_ROOT_INDEX, PGSIZE / 2);
        if (roots_map_corner(as) == 0)
            return 0;
        roots_destroy(as);
        return -ENOMEM;
    }
    if (user)
        page_put(user);
    if (kernel)
        page_put(kernel);
    return -ENOMEM;
}

void roots_destroy(struct addrspace *as)
{
    struct list *item;
    while ((item = list_pop_front(&as->table_pages)) != 0)
        page_put(list_entry(item, struct page, link));
    page_put(phys_to_page(as->user_root));
    page_put(phys_to_page(as->kernel_root));
}
