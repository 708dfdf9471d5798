// Zero-filled private regions: program data, stack, heap.
//
// A read of an untouched page maps the one page of zeroes, copy-on-write, and spends nothing; the
// first write gets a frame.
#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"

int region_nomem(const struct region *r)
{
    return r->flags & REGION_RESERVED ? -EAGAIN : -ENOMEM;
}

static int anon_fill(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                     pte_t *entry)
{
    (void)va;
    pte_t rights = pt_user_rights(r->prot);
    if (access != ACCESS_WRITE) {
        if (rights & PTE_W)
            rights = (rights & ~(PTE_W | PTE_D)) | PTE_COW;
        *entry = PA2PTE(page_to_phys(zero_page)) | rights;
        count(C_fault_zero_map);
        return 0;
    }
    bool promised = r->promised > 0;
    struct page *p = page_alloc(PAGE_ZERO | (promised ? PAGE_PROMISED : 0));
    if (!p)
        return region_nomem(r);
    r->promised -= promised;
    *entry = PA2PTE(page_to_phys(p)) | rights;
    as->resident++;
    count(C_fault_zero_fill);
    return 0;
}

const struct region_ops region_anon_ops = {.fill = anon_fill};
