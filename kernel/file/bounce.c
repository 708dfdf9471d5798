// Bounce buffers: on the stack if small, else the largest block of frames up to what is asked for
// that is to be had.
#include "kernel/file/bounce.h"

#include "kernel/errno.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/riscv.h"

static struct page *get_pages(size_t *size)
{
    int order = 0;
    while (order < BOUNCE_ORDER_MAX && ((size_t)PGSIZE << order) < *size)
        order++;
    struct page *page = page_alloc_order(order, 0);
    while (!page && order > 0)
        page = page_alloc_order(--order, 0);
    *size = (size_t)PGSIZE << order;
    return page;
}

int64 bounce(struct file *f, uaddr_t addr, size_t n, size_t most, bounce_fn some)
{
    char small[128];
    size_t piece = min_u64(n, most), done = 0;
    struct page *page = piece > sizeof small ? get_pages(&piece) : 0;
    char *data = page ? page_to_virt(page) : small;
    int64 r;
    if (!page && piece > sizeof small)
        return -ENOMEM;
    do {
        r = some(f, data, addr + done, min_u64(n - done, piece));
        if (r > 0)
            done += r;
    } while (r == (int64)piece && done < n && !thread_killed());
    page_put(page);
    return done ? (int64)done : r;
}
