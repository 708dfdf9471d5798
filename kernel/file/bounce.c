// Bounce buffers (bounce.h): on the stack if they are small, else the largest block of frames that
// is to be had, up to what is asked for.
#include "kernel/file/bounce.h"

#include "kernel/errno.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/riscv.h"

// Allocates whole pages for *size bytes, or for fewer if memory is short or BOUNCE_ORDER_MAX is
// reached. *size becomes the size of the buffer, which may be more than was asked for. NULL: no
// memory.
static struct page *allocate_buffer(size_t *size)
{
    int order = 0;
    while (order < BOUNCE_ORDER_MAX && ((size_t)PGSIZE << order) < *size)
        order++;

    struct page *page = page_alloc_order(order, 0);
    while (page == NULL && order > 0)
        page = page_alloc_order(--order, 0);
    *size = (size_t)PGSIZE << order;
    return page;
}

int64 bounce(struct file *f, uaddr_t addr, size_t n, size_t most, bounce_fn some)
{
    char small[128];
    char *data = small;
    struct page *page = NULL;
    size_t piece = min_u64(n, most), done = 0;
    int64 passed;

    if (piece > sizeof small) {
        page = allocate_buffer(&piece);
        if (page == NULL)
            return -ENOMEM;
        data = page_to_virt(page);
    }

    do {
        passed = some(f, data, addr + done, min_u64(n - done, piece));
        if (passed > 0)
            done += passed;
    } while (passed == (int64)piece && done < n && !thread_killed());

    page_put(page);
    return transfer_result(done, passed);
}
