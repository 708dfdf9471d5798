// Looking at an address space: printing its tables, and checking all that is known of it.
#include "kernel/fcntl.h"
#include "kernel/lib/print.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"

static void print_table(const pte_t *table, int level, uaddr_t base)
{
    uint n = level == 2 ? KERNEL_ROOT_INDEX : PT_ENTRIES;
    for (uint i = 0; i < n; i++) {
        pte_t entry = table[i];
        if (!(entry & PTE_V))
            continue;
        uaddr_t va = base + ((uaddr_t)i << (PGSHIFT + 9 * level));
        kprintf("%s%p: pte %p pa %p\n", &" .. .. .."[3 * level], (void *)va, (void *)entry, (void *)PTE2PA(entry));
        if (level > 0)
            print_table(pt_table(PTE2PA(entry)), level - 1, va);
    }
}

void as_print(struct addrspace *as)
{
    kprintf("page table %p\n", (void *)as->user_root);
    print_table(pt_table(as->user_root), 2, 0);
}

static void check_roots(const struct addrspace *as)
{
    const pte_t *user = pt_table(as->user_root), *kernel = pt_table(as->kernel_root);
    const pte_t *template = pt_table(kernel_space.kernel_root);
    for (uint i = 0; i < KERNEL_ROOT_INDEX; i++) {
        kassert(user[i] == kernel[i]);
        kassert(user[i] == 0 || pt_is_table(user[i]));
    }
    for (uint i = KERNEL_ROOT_INDEX; i < PT_ENTRIES; i++) {
        kassert(user[i] == 0);
        kassert(kernel[i] == template[i]);
    }
}

static void check_entry(const struct region *r, pte_t entry)
{
    kassert(entry & PTE_U); // A may have been cleared (pgaccess)
    kassert(!(entry & PTE_W) || ((entry & PTE_D) && !(entry & PTE_COW)));
    kassert((entry & PTE_RIGHTS & ~pt_user_rights(r->prot)) == 0);
    kassert(page_refs(pt_page(entry)) > 0);
    kassert(pt_page(entry) != zero_page || !(entry & PTE_W));
}

// Checks the entries in r. Returns how many map a page other than the zero page.
static uint64 check_region(const struct addrspace *as, const struct region *r)
{
    uint64 pages = 0;
    for (struct pt_span s = pt_span_at(r->start); pt_next_span(as->user_root, &s, r->end);) {
        for (uaddr_t va = s.start; va < s.end; va += PGSIZE, s.entry++) {
            if (*s.entry == 0)
                continue;
            check_entry(r, *s.entry);
            pages += pt_page(*s.entry) != zero_page;
        }
    }
    kassert(r->promised == (r->flags & REGION_RESERVED ? region_pages(r) - pages : 0));
    return pages;
}

// Entries that map a page other than the zero page, wherever they lie; the corner's two aside.
static uint64 count_entries(const struct addrspace *as)
{
    uint64 n = 0;
    for (struct pt_span s = pt_span_at(0); pt_next_span(as->user_root, &s, TRAPFRAME);)
        for (uaddr_t va = s.start; va < s.end; va += PGSIZE, s.entry++)
            n += *s.entry != 0 && pt_page(*s.entry) != zero_page;
    return n;
}

void as_check(struct addrspace *as)
{
    uint64 resident = 0;
    uaddr_t last = USERBASE;
    sleeplock_lock(&as->lock);
    check_roots(as);
    list_for_each (r, &as->regions, struct region, link) {
        kassert(r->start >= last && r->start < r->end && r->end <= TRAPFRAME);
        kassert(r->start % PGSIZE == 0 && r->end % PGSIZE == 0);
        kassert(!((r->prot & PROT_WRITE) && (r->prot & PROT_EXEC)));
        last = r->end;
        resident += check_region(as, r);
    }
    kassert(resident == as->resident && resident == count_entries(as));
    sleeplock_unlock(&as->lock);
}
