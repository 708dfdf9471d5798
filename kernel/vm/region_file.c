// Regions of files: programs, and what mmap maps.
//
// A page of the file is a page of its cache, mapped as it is; whoever writes to a private one gets
// a copy. A store into a shared one is a change of the file like any other: its block joins the
// running group of the journal before the entry allows the store, and when the group is committed
// the right is taken back (mapping.h). So whatever was stored is in the journal's hands from the
// first store on, and unmapping has nothing to write.
//
// One fault maps the neighbours, too, as far as they are in the cache: they cost no trap then.
#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/vm/mapping.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/supply.h"
#include "kernel/mmu/tlb.h"

static_assert(BSIZE == PGSIZE, "a block is a page");

static uint64 page_in_file(const struct region *r, uaddr_t va)
{
    return (va - r->start + r->offset) >> PGSHIFT;
}

// => as->lock held. True if s is what a fault on va needs. If nothing has been brought yet, it then
// says what is wanted; else that was for something that has changed, and all begins again.
static bool supplied(struct supply *s, const struct region *r, uaddr_t va, bool store)
{
    bool shared = r->flags & REGION_SHARED;
    if (s->ready)
        return s->file == r->file && s->first + s->wanted == page_in_file(r, va) &&
               s->store == store && s->shared == shared;
    uaddr_t window = va & -(SUPPLY_PAGES * PGSIZE);
    uaddr_t start = max_u64(window, r->start),
            end = min_u64(window + SUPPLY_PAGES * PGSIZE, r->end);
    s->file = inode_dup(r->file);
    s->first = page_in_file(r, start);
    s->n = (end - start) >> PGSHIFT;
    s->wanted = (va - start) >> PGSHIFT;
    s->shared = shared;
    s->store = store;
    return false;
}

// Rights of an entry for the cache's own page.
static pte_t cache_rights(const struct region *r)
{
    pte_t rights = pt_user_rights(r->prot);
    return r->flags & REGION_SHARED ? rights & ~(PTE_W | PTE_D) : pt_cow(rights);
}

// False: the frame is promised to others.
static bool map_page(struct addrspace *as, struct page *p, pte_t *entry, pte_t rights)
{
    if (!page_hold(p))
        return false;
    pt_publish(entry, PA2PTE(page_to_phys(p)) | rights);
    as->resident += p != zero_page;
    return true;
}

// A write to a private page that is not there: a copy of the file's.
static int fill_copy(struct addrspace *as, const struct region *r, const struct block *b,
                     pte_t *entry)
{
    struct page *p = page_alloc(b ? 0 : PAGE_ZERO);
    if (!p)
        return -ENOMEM;
    if (b)
        page_copy(page_to_virt(p), block_data(b));
    if (r->prot & PROT_EXEC)
        tlb_new_code(&as->mmu);
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    count(C_fault_file_copy);
    return 0;
}

// => the entries of the supply's pages lie in one table, and entry is that of the wanted one.
static void map_neighbours(struct addrspace *as, const struct region *r, uaddr_t va, pte_t *entry,
                           struct supply *s)
{
    uint64 around = 0;
    for (uint i = 0; i < s->n; i++) {
        int64 at = (int64)i - s->wanted;
        uaddr_t neighbour = va + at * PGSIZE;
        if (!s->block[i] || neighbour < r->start || neighbour >= r->end || entry[at] != 0)
            continue;
        if (map_page(as, s->block[i]->page, &entry[at], cache_rights(r)))
            around++;
    }
    count_n(C_fault_file_around, around);
}

static int file_fill(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                     pte_t *entry, struct supply *s)
{
    bool shared = r->flags & REGION_SHARED, store = shared && access == ACCESS_WRITE;
    if (!supplied(s, r, va, store))
        return SUPPLY_WANTED;
    struct block *b = s->block[s->wanted];
    if (access == ACCESS_WRITE && !shared)
        return fill_copy(as, r, b, entry);
    if (r->prot & PROT_EXEC)
        tlb_new_code(
            &as->mmu); // first: no thread meets the page and runs what was in its frame before
    if (!map_page(as, b ? b->page : zero_page, entry,
                  store ? pt_user_rights(r->prot) : cache_rights(r)))
        return -ENOMEM;
    count(store ? C_fault_file_dirty : C_fault_file_map);
    if (store)
        mapping_stored(as);
    else
        map_neighbours(as, r, va, entry, s);
    return 0;
}

// A store into a page that is mapped to be read, or was written to before the last commit.
static int file_store(struct region *r, uaddr_t va, pte_t *entry, struct supply *s)
{
    if (!supplied(s, r, va, true))
        return SUPPLY_WANTED;
    debug_assert(pt_page(*entry) == s->block[s->wanted]->page);
    *entry |= pt_user_rights(r->prot);
    count(C_fault_file_dirty);
    mapping_stored(r->as);
    return 0;
}

static bool may_store(const struct region *r)
{
    return (r->flags & REGION_SHARED) && !(r->denied & PROT_WRITE);
}

// Who has the region to copy has counted already, so this cannot be refused.
static int file_attach(struct region *r)
{
    inode_dup(r->file);
    if (r->flags & REGION_RUN)
        inode_begin_use(r->file, INODE_RUN);
    if (may_store(r))
        inode_begin_use(r->file, INODE_WRITE);
    return 0;
}

static void file_detach(struct region *r)
{
    if (r->flags & REGION_RUN)
        inode_end_use(r->file, INODE_RUN);
    if (may_store(r))
        inode_end_use(r->file, INODE_WRITE);
    inode_put(r->file);
}

const struct region_ops region_file_ops = {
    .fill = file_fill,
    .store = file_store,
    .attach = file_attach,
    .detach = file_detach,
};

static void put_blocks(struct supply *s)
{
    for (uint i = 0; i < s->n; i++) {
        cache_put(s->block[i]);
        s->block[i] = 0;
    }
}

// The block becomes part of the running group, made if it was a hole.
static int bring_to_store(struct supply *s)
{
    s->first += s->wanted;
    s->wanted = 0;
    s->n = 1;
    int e = journal_begin(INODE_STORE_BLOCKS);
    if (e)
        return e;
    s->in_transaction = true;
    inode_lock(s->file);
    s->locked = true;
    return inode_store_block(s->file, s->first, &s->block[0]);
}

int supply_bring(struct supply *s)
{
    s->ready = true;
    for (uint i = 0; i < s->n; i++)
        s->block[i] = 0;
    if (s->store)
        return bring_to_store(s);
    inode_lock(s->file);
    s->locked = true;
    int e = inode_map_blocks(s->file, s->first, s->n, s->wanted, s->block);
    // nobody can write there: the zero page will do
    if (e || !s->shared || s->block[s->wanted] || disk->read_only)
        return e;
    inode_unlock(s->file); // a hole of a shared mapping: filled, so that a later write is seen
    s->locked = false;
    put_blocks(s);
    return bring_to_store(s);
}

void supply_drop(struct supply *s)
{
    if (!s->file)
        return;
    if (s->ready)
        put_blocks(s);
    if (s->locked)
        inode_unlock(s->file);
    if (s->in_transaction)
        journal_end();
    inode_put(s->file);
}
