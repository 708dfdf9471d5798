// Regions of files: programs, and what mmap maps.
//
// The frame that holds a page of the file in the block cache is itself mapped. A program that
// writes to a private mapping gets a copy. A store into a shared mapping is a change of the file
// like any other: the page's block joins the journal's running group before the entry allows the
// store, and when the group commits the right is taken back (mapping.h). So the journal has every
// stored byte from the first store on, and unmapping writes nothing.
//
// One fault also maps the neighbours of the page that are in the cache, which saves their traps.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/vm/fault/supply.h"
#include "kernel/vm/space/mapping.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/mmu/tlb.h"

static_assert(BSIZE == PGSIZE, "a block is a page");

// The rights of an entry that maps the cache's own frame, so that a store into it faults.
static pte_t cache_rights(const struct region *r)
{
    pte_t rights = pt_user_rights(r->prot);

    if (r->flags & REGION_SHARED)
        return rights & ~(PTE_W | PTE_D);
    return pt_cow(rights);
}

// Maps the cache's own frame. False: the frame is promised to somebody else (page_hold).
static bool map_cached(struct addrspace *as, struct page *p, pte_t *entry, pte_t rights)
{
    if (!page_hold(p))
        return false;
    pt_publish(entry, PA2PTE(page_to_phys(p)) | rights);
    if (p != zero_page)
        as->resident++;
    return true;
}

// A write to a private page that is absent: a copy of the file's page; zeroes if b is NULL, a hole.
static int fill_with_copy(struct addrspace *as, const struct region *r, const struct block *b,
                          pte_t *entry)
{
    struct page *p = page_alloc(b != NULL ? 0 : PAGE_ZERO);
    if (p == NULL)
        return -ENOMEM;

    if (b != NULL)
        page_copy(page_to_virt(p), block_data(b));
    if (r->prot & PROT_EXEC)
        tlb_fence_code(&as->mmu);
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    count(C_fault_file_copy);
    return 0;
}

// Maps the other pages that the supply has, where their entries are absent. The entries of all its
// pages lie in one table; entry is that of the wanted page, at va.
static void map_neighbours(struct addrspace *as, const struct region *r, uaddr_t va, pte_t *entry,
                           struct supply *s)
{
    uint64 mapped = 0;

    for (uint i = 0; i < s->n; i++) {
        int64 at = (int64)i - s->wanted;
        uaddr_t neighbour = va + at * PGSIZE;
        // The region may have become shorter since the supply was asked for.
        if (s->block[i] == NULL || neighbour < r->start || neighbour >= r->end || entry[at] != 0)
            continue;
        if (map_cached(as, s->block[i]->page, &entry[at], cache_rights(r)))
            mapped++;
    }
    count_n(C_fault_file_around, mapped);
}

static int fill_from_file(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                          pte_t *entry, struct supply *s)
{
    const bool shared = r->flags & REGION_SHARED, store = shared && access == ACCESS_WRITE;

    if (!supply_fits(s, r, va, store))
        return supply_ask(s, r, va, store);
    struct block *b = s->block[s->wanted];
    if (access == ACCESS_WRITE && !shared)
        return fill_with_copy(as, r, b, entry);

    // Before the entry is there: no thread may meet the page and run what its hart fetched from
    // that frame in its earlier use.
    if (r->prot & PROT_EXEC)
        tlb_fence_code(&as->mmu);

    pte_t rights = cache_rights(r);
    if (store)
        rights = pt_user_rights(r->prot);
    if (!map_cached(as, b != NULL ? b->page : zero_page, entry, rights))
        return -ENOMEM;

    if (store) {
        count(C_fault_file_dirty);
        mapping_add_storing(as);
    } else {
        count(C_fault_file_map);
        map_neighbours(as, r, va, entry, s);
    }
    return 0;
}

// A store into a shared page that was mapped for reading, or whose group has committed since the
// last store.
static int allow_file_store(struct region *r, uaddr_t va, pte_t *entry, struct supply *s)
{
    if (!supply_fits(s, r, va, true))
        return supply_ask(s, r, va, true);

    debug_assert(pt_page(*entry) == s->block[s->wanted]->page);
    *entry |= pt_user_rights(r->prot);
    count(C_fault_file_dirty);
    mapping_add_storing(r->as);
    return 0;
}

static bool may_store(const struct region *r)
{
    return (r->flags & REGION_SHARED) && !(r->denied & PROT_WRITE);
}

// A use that is begun here cannot be refused: the caller has begun the same use of the file, or has
// a region that did (a copy, or a part).
static int attach_file(struct region *r)
{
    inode_dup(r->file);
    if (r->flags & REGION_PROGRAM)
        inode_begin_use(r->file, INODE_RUN);
    if (may_store(r))
        inode_begin_use(r->file, INODE_WRITE);
    return 0;
}

static void detach_file(struct region *r)
{
    if (r->flags & REGION_PROGRAM)
        inode_end_use(r->file, INODE_RUN);
    if (may_store(r))
        inode_end_use(r->file, INODE_WRITE);
    inode_put(r->file);
}

const struct region_ops region_file_ops = {
    .fill = fill_from_file,
    .allow_store = allow_file_store,
    .attach = attach_file,
    .detach = detach_file,
};
