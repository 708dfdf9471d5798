// 2 MiB leaves (superpage.h).
#include "kernel/vm/table/superpage.h"

#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/mmu/tlb.h"

static_assert(CHUNK_FRAMES == PT_ENTRIES, "a chunk is what a table maps");

bool super_maps(const struct addrspace *as, uaddr_t va)
{
    const pte_t *middle = pt_walk(as->user_root, va, 1);

    return middle != NULL && PTE_LEAF(*middle);
}

void super_install(struct addrspace *as, pte_t *middle, pte_t leaf)
{
    struct page *table = pt_page(*middle);

    // Nothing leads to the table any more; it waits on the list for a split.
    list_remove(&table->link);
    list_push_front(&as->spare_tables, &table->link);
    pt_publish(middle, leaf);
}

static struct page *take_spare_table(struct addrspace *as)
{
    struct list *item = list_pop_front(&as->spare_tables);

    kassert(item);
    list_push_front(&as->table_pages, item);
    return list_entry(item, struct page, link);
}

bool super_fill(struct addrspace *as, uaddr_t start, int prot)
{
    pte_t *middle = pt_walk(as->user_root, start, 1);

    // A page that is mapped already lies in another frame than the chunk would give it.
    if (!pt_is_empty(pt_table(PTE2PA(*middle))))
        return false;
    struct page *chunk = page_alloc_chunk(PAGE_ZERO | PAGE_PROMISED);
    if (chunk == NULL)
        return false;

    as->resident += CHUNK_FRAMES;
    super_install(as, middle, pt_user_entry(chunk, prot));
    count(C_super_fill);
    return true;
}

// Returns a chunk to copy to; NULL if less than a quarter of all memory is available, or if there
// is no free chunk. Page by page a copy takes only what is written to.
static struct page *chunk_for_copy(void)
{
    struct page_stats s;

    page_stats(&s);
    if ((uint64)s.available < s.total / 4)
        return NULL;
    return page_alloc_chunk(0);
}

bool super_write(struct addrspace *as, pte_t *leaf, int prot)
{
    struct page *from = pt_page(*leaf);

    // Nobody else uses any of the frames: no copy is needed.
    if (page_chunk_is_single(from)) {
        *leaf = pt_user_entry(from, prot);
        count(C_super_claim);
        return true;
    }

    struct page *to = chunk_for_copy();
    if (to == NULL)
        return false;
    for (uint i = 0; i < CHUNK_FRAMES; i++)
        page_copy(page_to_virt(to + i), page_to_virt(from + i));

    // All harts forget the old frames before any of them can see the new ones (fault.c).
    *leaf &= ~PTE_V;
    tlb_flush_space(&as->mmu);
    pt_publish(leaf, pt_user_entry(to, prot));
    count(C_super_copy);
    page_put_chunk(from);
    return true;
}

void super_split(struct addrspace *as, pte_t *leaf)
{
    struct page *table = take_spare_table(as);
    pte_t *to = page_to_virt(table), entry = *leaf;

    // A hart may still reach this table from the place where it was used before.
    tlb_flush_space(&as->mmu);
    for (uint i = 0; i < PT_ENTRIES; i++, entry += PA2PTE(PGSIZE))
        to[i] = entry;
    pt_publish(leaf, PA2PTE(page_to_phys(table)) | PTE_V);
    count(C_super_split);
}

void super_split_at(struct addrspace *as, uaddr_t va)
{
    struct pt_span s = pt_span_at(va);

    if (va % SUPERPGSIZE != 0 && pt_next_span(as->user_root, &s, va + PGSIZE) && s.leaf)
        super_split(as, s.entry);
}

void super_unmap(struct addrspace *as, pte_t *leaf)
{
    struct page *chunk = pt_page(*leaf);

    // The frames may be used for something else at once: no hart has a translation to them.
    pt_publish(leaf, PA2PTE(page_to_phys(take_spare_table(as))) | PTE_V);
    page_put_chunk(chunk);
}
