// The process page: what the kernel tells a program without a system call (memlayout.h).
//
// It is filled at the first look, so a process that never looks has none. Its content is known
// before the space's first instruction and never changes, so nobody can race with the kernel here.
#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"

// The region allows reading alone.
static int info_fill(struct addrspace *as, struct region *r, uaddr_t, enum access, pte_t *entry,
                     struct supply *)
{
    struct page *p = page_alloc(PAGE_ZERO);
    if (!p)
        return -ENOMEM;
    memcpy(page_to_virt(p), &as->info, sizeof(as->info));
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    count(C_fault_info);
    return 0;
}

const struct region_ops region_info_ops = {.fill = info_fill, .unshared = true};
