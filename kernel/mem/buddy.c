// Free blocks of frames (buddy.h). One spinlock guards lists and flags of free blocks.
//
// A free block is found by its first frame: PG_FREE and order in its struct page. The other
// frames of the block have no flag, so joining never mistakes them for a block.
#include "kernel/mem/buddy.h"

#include "kernel/lock/spinlock.h"

static struct spinlock lock = SPINLOCK_INIT("kmem", PAGE);
static struct list free_blocks[PAGE_ORDER_MAX + 1]; // guarded by lock

static void list_block(struct page *p, uint order)
{
    p->order = order;
    p->flags |= PG_FREE;
    list_push_front(&free_blocks[order], &p->link);
}

static void unlist_block(struct page *p)
{
    p->flags &= ~PG_FREE;
    list_remove(&p->link);
}

// The free buddy of block p, 0 if it is in use, split, or not RAM.
static struct page *free_buddy(struct page *p, uint order)
{
    paddr_t pa = page_to_phys(p) ^ ((paddr_t)PGSIZE << order);
    if (!phys_is_ram(pa))
        return 0;
    struct page *buddy = phys_to_page(pa);
    return (buddy->flags & PG_FREE) && buddy->order == order ? buddy : 0;
}

static void give_locked(struct page *p)
{
    uint order = p->order;
    struct page *buddy;
    while (order < PAGE_ORDER_MAX && (buddy = free_buddy(p, order)) != 0) {
        unlist_block(buddy);
        if (buddy < p)
            p = buddy;
        order++;
    }
    list_block(p, order);
}

static struct page *take_locked(uint order)
{
    uint from = order;
    while (from <= PAGE_ORDER_MAX && list_empty(&free_blocks[from]))
        from++;
    if (from > PAGE_ORDER_MAX)
        return 0;
    struct page *p = list_entry(free_blocks[from].next, struct page, link);
    unlist_block(p);
    while (from > order) { // the upper half goes back
        from--;
        list_block(p + (1UL << from), from);
    }
    p->order = order;
    return p;
}

void buddy_init(uint64 from, uint64 to)
{
    for (uint order = 0; order <= PAGE_ORDER_MAX; order++)
        list_init(&free_blocks[order]);
    while (from < to) {
        uint order = PAGE_ORDER_MAX;
        while ((from & ((1UL << order) - 1)) || from + (1UL << order) > to)
            order--;
        struct page *p = &page_frames[from - page_first];
        p->order = order;
        give_locked(p);
        from += 1UL << order;
    }
}

uint buddy_take(struct list *out, uint order, uint n)
{
    uint got = 0;
    spin_lock(&lock);
    for (struct page *p; got < n && (p = take_locked(order)) != 0; got++)
        list_push_back(out, &p->link);
    spin_unlock(&lock);
    return got;
}

void buddy_give(struct list *blocks)
{
    spin_lock(&lock);
    for (struct list *l; (l = list_pop_front(blocks)) != 0;)
        give_locked(list_entry(l, struct page, link));
    spin_unlock(&lock);
}

uint64 buddy_check(void)
{
    uint64 n = 0;
    spin_lock(&lock);
    for (uint order = 0; order <= PAGE_ORDER_MAX; order++) {
        list_for_each (p, &free_blocks[order], struct page, link) {
            kassert((p->flags & PG_FREE) && p->order == order && p->refs == 0);
            kassert((page_to_phys(p) >> PGSHIFT & ((1UL << order) - 1)) == 0);
            n += 1UL << order;
        }
    }
    spin_unlock(&lock);
    return n;
}
