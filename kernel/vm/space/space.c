// Address spaces: making, filling and ending them (space.h).
//
// as->lock guards regions, entries and counts. Once others know the space, every change is made
// with it held.
#include "kernel/vm/space/space.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/string.h"
#include "kernel/mem/kmem.h"
#include "kernel/vm/space/inspect.h"
#include "kernel/vm/space/mapping.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/space/unmap.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/roots.h"
#include "kernel/mmu/tlb.h"

static struct kmem_cache space_cache = KMEM_CACHE("addrspace", struct addrspace);

struct addrspace *as_create(void)
{
    struct addrspace *as = kmem_alloc(&space_cache);
    if (as == NULL)
        return NULL;

    as->refs = 1;
    sleeplock_init(&as->lock, "address space", LEVEL_ADDRSPACE);
    list_init(&as->regions);
    list_init(&as->table_pages);
    list_init(&as->storing);
    list_init(&as->spare_tables);
    if (roots_create(as) < 0) {
        kmem_free(&space_cache, as);
        return NULL;
    }
    return as;
}

void as_get(struct addrspace *as)
{
    int32 before = __atomic_fetch_add(&as->refs, 1, __ATOMIC_RELAXED);
    kassert(before > 0);
}

void as_put(struct addrspace *as)
{
    int32 before = __atomic_fetch_sub(&as->refs, 1, __ATOMIC_SEQ_CST);
    kassert(before > 0);
    if (before > 1)
        return;

    // From here on no hart uses the space, and nobody looks into it for a file's sake.
    tlb_evict_space(&as->mmu);
    as_debug_check(as);
    mapping_leave(as);

    // Pages, promises, regions, tables: what is freed later still needs what is freed before.
    uint64 promised = as->promised_tables;
    list_for_each (r, &as->regions, struct region, link) {
        unmap_after_flush(as, r->start, r->end);
        promised += r->promised;
    }
    page_unpromise(promised);
    regions_drop(&as->regions);
    roots_destroy(as);
    kmem_free(&space_cache, as);
}

bool as_valid_prot(int prot)
{
    return !(prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) &&
           !((prot & PROT_WRITE) && (prot & PROT_EXEC));
}

// Adds a region as the model says.
static int map(struct addrspace *as, const struct region *model)
{
    bool aligned = model->start % PGSIZE == 0 && model->end % PGSIZE == 0;

    if (!aligned || !region_fits(as, model->start, model->end) || !as_valid_prot(model->prot))
        return -EINVAL;
    if (regions_full(as))
        return -ENOMEM;
    struct region *r = region_new(model);
    if (r == NULL)
        return -ENOMEM;
    region_insert(as, r);
    return 0;
}

int as_map(struct addrspace *as, uaddr_t start, uaddr_t end, int prot)
{
    return map(as,
               &(struct region){.start = start, .end = end, .prot = prot, .ops = &region_anon_ops});
}

int as_map_program(struct addrspace *as, uaddr_t start, uaddr_t end, int prot, struct inode *file,
                   uint64 offset)
{
    return map(as, &(struct region){.start = start,
                                    .end = end,
                                    .prot = prot,
                                    .flags = REGION_PROGRAM,
                                    .ops = &region_file_ops,
                                    .file = file,
                                    .offset = offset});
}

int as_map_info(struct addrspace *as, uaddr_t va)
{
    return map(as, &(struct region){.start = va,
                                    .end = va + PGSIZE,
                                    .prot = PROT_READ,
                                    .denied = PROT_WRITE | PROT_EXEC,
                                    .ops = &region_info_ops});
}

void as_set_info(struct addrspace *as, const struct usyscall *info) { as->info = *info; }

int as_write(struct addrspace *as, uaddr_t to, const void *from, size_t n)
{
    while (n > 0) {
        size_t part = min_u64(n, PGSIZE - to % PGSIZE);
        struct region *r = region_find(&as->regions, to);
        if (r == NULL)
            return -EFAULT;

        // The page, filled as by a write. Zero-filled regions need no supply.
        pte_t *entry = roots_make_entry(as, to, 0, false);
        if (entry == NULL)
            return -ENOMEM;
        if (*entry == 0 && r->ops->fill(as, r, PGROUNDDOWN(to), ACCESS_WRITE, entry, NULL) < 0)
            return -ENOMEM;

        memcpy((char *)page_to_virt(pt_page(*entry)) + to % PGSIZE, from, part);
        to += part;
        from = (const char *)from + part;
        n -= part;
    }
    return 0;
}

void as_set_heap(struct addrspace *as, uaddr_t start)
{
    kassert(start % PGSIZE == 0 && as->heap_start == 0);
    as->heap_start = as->heap_end = start;
}

// Tables stay until the space ends, so this needs no lock.
pte_t as_lookup(struct addrspace *as, uaddr_t va)
{
    pte_t entry = 0;

    if (va < MAXVA)
        entry = PA2PTE(as->user_root) | PTE_V;
    for (int level = 2; level >= 0 && pt_is_table(entry); level--)
        entry = __atomic_load_n(&pt_table(PTE2PA(entry))[pt_index(va, level)], __ATOMIC_RELAXED);
    return entry & PTE_V ? entry : 0;
}

const pte_t *as_table(struct addrspace *as, int root, int level, vaddr_t va)
{
    paddr_t top = root == 0 ? as->user_root : as->kernel_root;

    if (level == 2)
        return pt_table(top);
    if (va >= MAXVA && va < -MAXVA) // in Sv39 all bits above 38 equal bit 38
        return NULL;
    const pte_t *entry = pt_walk(top, va, level + 1);
    if (entry == NULL || !pt_is_table(*entry))
        return NULL;
    return pt_table(PTE2PA(*entry));
}
