// Zero-filled private regions: program data, stack, heap.
//
// A read of an untouched page maps the one page of zeroes, copy-on-write, and spends nothing; the
// first write gets a frame, or all 512 of a 2 MiB piece that is promised and untouched.
#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/superpage.h"

#define FILL_SEQUENCE 4 // untouched pages written one after the other before more are filled
#define FILL_RUN      8 // at one fault

int region_nomem(const struct region *r) { return r->flags & REGION_RESERVED ? -EAGAIN : -ENOMEM; }

static bool map_new_page(struct addrspace *as, struct region *r, pte_t *entry)
{
    bool promised = r->promised > 0;
    struct page *p = page_alloc(PAGE_ZERO | (promised ? PAGE_PROMISED : 0));
    if (!p)
        return false;
    r->promised -= promised;
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    return true;
}

// How many pages a write to untouched va fills: more than one if promised pages are written in
// sequence, which saves their traps.
static uint fill_run(struct addrspace *as, const struct region *r, uaddr_t va)
{
    as->fill_sequence = va == as->fill_next ? as->fill_sequence + 1 : 0;
    bool along = as->fill_sequence >= FILL_SEQUENCE;
    return region_run(r, va, along ? min_u64(FILL_RUN, max_u64(r->promised, 1)) : 1);
}

static int anon_fill(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                     pte_t *entry, struct supply *)
{
    if (access != ACCESS_WRITE) {
        pt_publish(entry, pt_cow(pt_user_entry(zero_page, r->prot)));
        count(C_fault_zero_map);
        return 0;
    }
    if (*entry == 0 && super_fill(as, r, va))
        return 0;
    uint n = 1, run = fill_run(as, r, va);
    if (!map_new_page(as, r, entry))
        return region_nomem(r);
    count(C_fault_zero_fill);
    while (n < run && entry[n] == 0 && map_new_page(as, r, &entry[n]))
        n++;
    count_n(C_fault_zero_around, n - 1);
    as->fill_next = va + n * PGSIZE;
    return 0;
}

const struct region_ops region_anon_ops = {.fill = anon_fill};
