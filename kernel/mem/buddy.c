// Free chunks of frames (buddy.h). One spinlock guards the lists, and the flags of free chunks.
//
// The first frame of a free chunk stands for it: its struct page has PG_FREE and the order. The
// other frames of the chunk have no PG_FREE, so no look at a buddy takes one of them for a chunk.
#include "kernel/mem/buddy.h"

#include "kernel/lock/spinlock.h"

static struct spinlock lock = SPINLOCK_INIT("kmem", PAGE);
static struct list free_chunks[PAGE_ORDER_MAX + 1]; // guarded by lock

static void list_chunk(struct page *p, uint order)
{
    p->order = order;
    p->flags |= PG_FREE;
    list_push_front(&free_chunks[order], &p->link);
}

static void unlist_chunk(struct page *p)
{
    p->flags &= ~PG_FREE;
    list_remove(&p->link);
}

// Returns the buddy of chunk p if it is free as a whole; NULL if it is in use, split, or not RAM.
static struct page *free_buddy(struct page *p, uint order)
{
    // The addresses of two buddies differ in one bit, that of their size.
    paddr_t pa = page_to_phys(p) ^ ((paddr_t)PGSIZE << order);

    if (!phys_is_ram(pa))
        return NULL;
    struct page *buddy = phys_to_page(pa);
    if (!(buddy->flags & PG_FREE) || buddy->order != order)
        return NULL;
    return buddy;
}

// Frees chunk p, joined with its buddies as far as they are free.
static void give_locked(struct page *p)
{
    uint order = p->order;

    while (order < PAGE_ORDER_MAX) {
        struct page *buddy = free_buddy(p, order);
        if (buddy == NULL)
            break;
        unlist_chunk(buddy);
        if (buddy < p)
            p = buddy;
        order++;
    }
    list_chunk(p, order);
}

// Takes a chunk of that order; NULL if no free one is large enough.
static struct page *take_locked(uint order)
{
    // The smallest free chunk that is large enough.
    uint from = order;
    while (from <= PAGE_ORDER_MAX && list_empty(&free_chunks[from]))
        from++;
    if (from > PAGE_ORDER_MAX)
        return NULL;
    struct page *p = list_entry(free_chunks[from].next, struct page, link);
    unlist_chunk(p);

    // It is too large: its upper half goes back, until the rest has the right size.
    while (from > order) {
        from--;
        list_chunk(p + (1UL << from), from);
    }
    p->order = order;
    return p;
}

void buddy_init(uint64 from, uint64 to)
{
    for (uint order = 0; order <= PAGE_ORDER_MAX; order++)
        list_init(&free_chunks[order]);

    // The largest chunks that are aligned and do not reach beyond the end.
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
    while (got < n) {
        struct page *p = take_locked(order);
        if (p == NULL)
            break;
        list_push_back(out, &p->link);
        got++;
    }
    spin_unlock(&lock);
    return got;
}

void buddy_give(struct list *chunks)
{
    struct list *item;

    spin_lock(&lock);
    while ((item = list_pop_front(chunks)) != NULL)
        give_locked(list_entry(item, struct page, link));
    spin_unlock(&lock);
}

uint64 buddy_check(void)
{
    uint64 n = 0;

    spin_lock(&lock);
    for (uint order = 0; order <= PAGE_ORDER_MAX; order++) {
        list_for_each (p, &free_chunks[order], struct page, link) {
            kassert((p->flags & PG_FREE) && p->order == order && p->refs == 0);
            kassert((page_to_phys(p) >> PGSHIFT & ((1UL << order) - 1)) == 0);
            n += 1UL << order;
        }
    }
    spin_unlock(&lock);
    return n;
}
