// Bounce buffers: on the stack if small, else the largest block of frames up to what is asked for
// that is to be had.
#include "kernel/file/bounce.h"

#include "kernel/errno.h"
#include "kernel/mem/page.h"
#include "kernel/riscv.h"

int bounce_get(struct bounce *b, size_t n)
{
    int order = 0;
    b->page = 0;
    b->data = b->small;
    b->size = sizeof b->small;
    if (n <= sizeof b->small)
        return 0;
    while (order < BOUNCE_ORDER_MAX && ((size_t)PGSIZE << order) < n)
        order++;
    for (; order >= 0 && !b->page; order--) {
        b->page = page_alloc_order(order, 0);
        b->size = (size_t)PGSIZE << order;
    }
    if (!b->page)
        return -ENOMEM;
    b->data = page_to_virt(b->page);
    return 0;
}

void bounce_put(struct bounce *b)
{
    if (b->page)
        page_put(b->page);
}
