// Looking at an address space (inspect.h).
#include "kernel/vm/space/inspect.h"

#include "kernel/dev/console.h"
#include "kernel/fcntl.h"
#include "kernel/thread/self.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/space/space.h"
#include "kernel/vm/space/unmap.h"
#include "kernel/vm/table/kmap.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/mmu/tlb.h"

// --- Which pages were accessed ---
//
// The processor sets A when it walks to a page; or it faults, where it does not update the bit, and
// the fault handler sets A. A translation that a hart remembers sets nothing: so the space is
// flushed after A bits were cleared.

void as_accessed(struct addrspace *as, uaddr_t va, uint n, uint8 *map)
{
    for (uint i = 0; i < n; i++) {
        if (i % 8 == 0)
            map[i / 8] = 0;
        if (as_lookup(as, va + i * PGSIZE) & PTE_A)
            map[i / 8] |= 1 << i % 8;
    }
}

void as_clear_accessed(struct addrspace *as, uaddr_t va, uint n, const uint8 *map)
{
    bool any = false;

    sleeplock_lock(&as->lock);
    for (uint i = 0; i < n; i++) {
        if (!(map[i / 8] >> i % 8 & 1))
            continue;
        pte_t *entry = pt_walk(as->user_root, va + i * PGSIZE, 0);
        if (entry == NULL || !(*entry & PTE_V))
            continue;
        // One atomic step: a processor may set D in this entry at the same time.
        __atomic_fetch_and(entry, ~PTE_A, __ATOMIC_RELAXED);
        any = true;
    }
    if (any)
        tlb_flush_space(&as->mmu);
    sleeplock_unlock(&as->lock);
}

// --- How much it uses ---

// Adds n pages from p on, which r maps, to the counts.
static void add_usage(const struct region *r, const struct page *p, uint n, uint64 *shared,
                      uint64 *file)
{
    // A page has a reference for each entry that maps it, and one more if a cache or a shared
    // object has it.
    for (; n > 0; p++, n--) {
        int own = 1;
        if (p->flags & PG_CACHE)
            ++*file;
        if ((p->flags & PG_CACHE) || r->shared != NULL)
            own = 2;
        if (p != zero_page && page_refs(p) > own)
            ++*shared;
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

// --- What its tables hold ---

static void print_table(const pte_t *table, int level, uaddr_t base)
{
    // The root's second half is the kernel's.
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

// --- Whether all agrees ---

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
    const struct page *p = pt_page(entry);
    bool valid = entry & PTE_V, writable = entry & PTE_W, shared = r->flags & REGION_SHARED;

    // The rights are those of the region, or less. A may be clear (pgaccess).
    kassert(entry & PTE_U);
    kassert(valid == (r->prot != PROT_NONE) && valid == (PTE_LEAF(entry) != 0));
    kassert(!writable || ((entry & PTE_D) && !(entry & PTE_COW)));
    kassert((entry & PTE_RIGHTS & ~pt_user_rights(r->prot)) == 0);

    kassert(page_refs(p) > 0);
    kassert(p != zero_page || !writable);
    kassert(!shared || !(entry & PTE_COW));

    // Nobody stores into the cache's own frame of a file through a private mapping.
    kassert(!writable || shared || !(p->flags & PG_CACHE) || page_refs(p) == 1);
}

// A 2 MiB leaf lies in one region, of the heap.
static void check_leaf(const struct region *r, const struct pt_span *s)
{
    const struct page *chunk = pt_page(*s->entry);

    kassert(s->start % SUPERPGSIZE == 0 && s->end - s->start == SUPERPGSIZE && r->flags != 0);
    kassert(page_to_phys(chunk) % SUPERPGSIZE == 0);
    for (uint i = 0; i < CHUNK_FRAMES; i++)
        kassert(page_refs(chunk + i) > 0 && chunk + i != zero_page);
}

// Checks the entries in r. Returns how many pages they map; adds their 2 MiB leaves to *leaves.
static uint64 check_region(struct addrspace *as, const struct region *r, uint64 *leaves)
{
    uint64 pages = mapped_pages(as, r->start, r->end), promised = 0;

    pt_for_each (s, as->user_root, r->start, r->end) {
        if (s.leaf) {
            ++*leaves;
            check_leaf(r, &s);
        }
        check_entry(r, *s.entry);
    }
    if (r->flags & REGION_RESERVED)
        promised = region_pages(r) - pages;
    kassert(r->promised == promised);
    return pages;
}

// Each 2 MiB leaf has an empty table to spare.
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

    // No page is mapped outside the regions.
    kassert(resident == as->resident && resident == mapped_pages(as, 0, TRAPFRAME));
    kassert(regions == as->region_count && regions <= REGIONS_MAX);
    check_tables(as, leaves);
    sleeplock_unlock(&as->lock);
}
