// Leaves of level 1 (superpage.h).
#include "kernel/vm/superpage.h"

#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/roots.h"
#include "kernel/mmu/tlb.h"

static_assert(BLOCK_FRAMES == PT_ENTRIES, "a block is what a table maps");

void super_install(struct addrspace *as, pte_t *middle, pte_t leaf)
{
    struct page *table = pt_page(*middle);
    list_remove(&table->link);
    list_push_front(&as->spare_tables, &table->link);
    pt_publish(middle, leaf);
}

static struct page *take_spare(struct addrspace *as)
{
    struct list *item = list_pop_front(&as->spare_tables);
    kassert(item);
    list_push_front(&as->table_pages, item);
    return list_entry(item, struct page, link);
}

bool super_fill(struct addrspace *as, struct region *r, uaddr_t va)
{
    uaddr_t start = SUPERPGROUNDDOWN(va);
    if (!(r->flags & REGION_RESERVED) || start < r->start || start + SUPERPGSIZE > r->end)
        return false;
    pte_t *middle = roots_entry(as, start, 1, false);
    if (!pt_is_empty(pt_table(PTE2PA(*middle))))
        return false;
    struct page *block = page_alloc_block(PAGE_ZERO | PAGE_PROMISED);
    if (!block)
        return false;
    r->promised -= BLOCK_FRAMES;
    as->resident += BLOCK_FRAMES;
    super_install(as, middle, pt_user_entry(block, r->prot));
    count(C_super_fill);
    return true;
}

// A block to copy to, unless that would take much of what there is.
static struct page *block_for_copy(void)
{
    struct page_stats s;
    page_stats(&s);
    return (uint64)s.available >= s.total / 4 ? page_alloc_block(0) : 0;
}

bool super_write(struct addrspace *as, const struct region *r, pte_t *leaf)
{
    struct page *from = pt_page(*leaf);
    if (page_block_is_single(from)) {
        *leaf = pt_user_entry(from, r->prot);
        count(C_super_claim);
        return true;
    }
    struct page *to = block_for_copy();
    if (!to)
        return false;
    for (uint i = 0; i < BLOCK_FRAMES; i++)
        page_copy(page_to_virt(to + i), page_to_virt(from + i));
    *leaf &= ~PTE_V; // all harts forget it first, as in fault.c
    tlb_flush_space(&as->mmu);
    pt_publish(leaf, pt_user_entry(to, r->prot));
    count(C_super_copy);
    page_put_block(from);
    return true;
}

void super_split(struct addrspace *as, pte_t *leaf)
{
    struct page *table = take_spare(as);
    pte_t *to = page_to_virt(table), entry = *leaf;
    tlb_flush_space(&as->mmu); // a hart may still reach this table from where it was before
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
    struct page *block = pt_page(*leaf);
    pt_publish(leaf, PA2PTE(page_to_phys(take_spare(as))) | PTE_V);
    page_put_block(block);
}
