// Looking at an address space: printing its tables, and checking all that is known of it.
#include "kernel/dev/console.h"
#include "kernel/fcntl.h"
#include "kernel/thread/self.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/unmap.h"

static void print_table(const pte_t *table, int level, uaddr_t base)
{
    uint n = level == 2 ? KERNEL_ROOT_INDEX : PT_ENTRIES;
    for (uint i = 0; i < n; i++) {
        pte_t entry = __atomic_load_n(&table[i], __ATOMIC_RELAXED);
        if (!(entry & PTE_V))
            continue;
        if (thread_killed())
            return;
        uaddr_t va = base + ((uaddr_t)i << (PGSHIFT + 9 * level));
        console_printf("%s%p: pte %p pa %p\n", &" .. .. .."[3 * level], (void *)va, (void *)entry,
                       (void *)PTE2PA(entry));
        if (level > 0 && !PTE_LEAF(entry))
            print_table(pt_table(PTE2PA(entry)), level - 1, va);
    }
}

void as_print(struct addrspace *as)
{
    console_printf("page table %p\n", (void *)as->user_root);
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
    kassert(((entry & PTE_V) != 0) == (r->prot != PROT_NONE) &&
            ((entry & PTE_V) != 0) == (PTE_LEAF(entry) != 0));
    kassert(!(entry & PTE_W) || ((entry & PTE_D) && !(entry & PTE_COW)));
    kassert((entry & PTE_RIGHTS & ~pt_user_rights(r->prot)) == 0);
    kassert(page_refs(pt_page(entry)) > 0);
    kassert(pt_page(entry) != zero_page || !(entry & PTE_W));
    kassert(!(r->flags & REGION_SHARED) || !(entry & PTE_COW));
    kassert(!(entry & PTE_W) || (r->flags & REGION_SHARED) || !(pt_page(entry)->flags & PG_CACHE) ||
            // nobody stores into a file's page through a private mapping
            page_refs(pt_page(entry)) == 1);
}

// A leaf of level 1 lies in one region, of the heap.
static void check_leaf(const struct region *r, const struct pt_span *s)
{
    const struct page *block = pt_page(*s->entry);
    kassert(s->start % SUPERPGSIZE == 0 && s->end - s->start == SUPERPGSIZE && r->flags != 0);
    kassert(page_to_phys(block) % SUPERPGSIZE == 0);
    for (uint i = 0; i < BLOCK_FRAMES; i++)
        kassert(page_refs(block + i) > 0 && block + i != zero_page);
}

// Checks the entries in r. Returns how many pages they map; *leaves: entries of level 1.
static uint64 check_region(struct addrspace *as, const struct region *r, uint64 *leaves)
{
    uint64 pages = mapped_pages(as, r->start, r->end);
    pt_for_each (s, as->user_root, r->start, r->end) {
        *leaves += s.leaf;
        if (s.leaf)
            check_leaf(r, &s);
        check_entry(r, *s.entry);
    }
    kassert(r->promised == (r->flags & REGION_RESERVED ? region_pages(r) - pages : 0));
    return pages;
}

// Each leaf has an empty table to spare.
static void check_tables(const struct addrspace *as, uint64 leaves)
{
    uint64 spare = 0, used = 0;
    list_for_each (t, &as->spare_tables, struct page, link) {
        kassert(pt_is_empty(page_to_virt(t)));
        spare++;
    }
    list_for_each (t, &as->table_pages, struct page, link)
        used++;
    kassert(spare == leaves && spare + used == as->tables);
}

// Adds what the n pages from p on, mapped by r, are.
static void add_usage(const struct region *r, const struct page *p, uint n, uint64 *shared,
                      uint64 *file)
{
    for (; n-- > 0; p++) {
        bool cached = p->flags & PG_CACHE;
        *file += cached;
        *shared += p != zero_page && page_refs(p) > 1 + (cached || r->shared);
    }
}

uint64 as_usage(struct addrspace *as, uint64 *shared, uint64 *file)
{
    uint64 pages = 0;
    sleeplock_lock(&as->lock);
    list_for_each (r, &as->regions, struct region, link) {
        pages += region_pages(r);
        pt_for_each (s, as->user_root, r->start, r->end)
            add_usage(r, pt_page(*s.entry), pt_entry_pages(&s), shared, file);
    }
    sleeplock_unlock(&as->lock);
    return pages << PGSHIFT;
}

void as_check(struct addrspace *as)
{
    uint64 resident = 0, leaves = 0;
    uaddr_t last = USERBASE;
    uint32 regions = 0;
    sleeplock_lock(&as->lock);
    check_roots(as);
    list_for_each (r, &as->regions, struct region, link) {
        kassert(r->start >= last && r->start < r->end && r->end <= TRAPFRAME);
        kassert(r->start % PGSIZE == 0 && r->end % PGSIZE == 0);
        kassert(!((r->prot & PROT_WRITE) && (r->prot & PROT_EXEC)));
        last = r->end;
        regions++;
        resident += check_region(as, r, &leaves);
    }
    // none lies outside regions
    kassert(resident == as->resident && resident == mapped_pages(as, 0, TRAPFRAME));
    kassert(regions == as->region_count && regions <= REGIONS_MAX);
    check_tables(as, leaves);
    sleeplock_unlock(&as->lock);
}
