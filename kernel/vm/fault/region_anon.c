// Private regions whose pages come from no file: zero-filled ones (program data, stack, heap), and
// the process page.
//
// A read of an untouched page maps the one page of zeroes, copy-on-write, and takes no frame. The
// first write gets a frame, or all 512 of a 2 MiB piece that is promised and untouched.
//
// The process page is what the kernel tells a program without a system call (memlayout.h). It is
// filled at the first look, so a process that never looks has none. What it holds is known before
// the space's first instruction and never changes, so no program can see it half written.
#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/superpage.h"

#define FILL_SEQUENCE 4 // untouched pages written one after the other, before one fault fills more
#define FILL_RANGE    8 // pages filled at one fault then

static int fill_zeroes(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                       pte_t *entry, struct supply *)
{
    // A read: the page of zeroes.
    if (access != ACCESS_WRITE) {
        pt_publish(entry, pt_cow(pt_user_entry(zero_page, r->prot)));
        count(C_fault_zero_map);
        return 0;
    }

    // A write to a promised heap: the 2 MiB around va at once, if they lie in the region and
    // nothing of them is mapped.
    uaddr_t piece = SUPERPGROUNDDOWN(va);
    bool promised =
        (r->flags & REGION_RESERVED) && piece >= r->start && piece + SUPERPGSIZE <= r->end;
    if (promised && *entry == 0 && super_fill(as, piece, r->prot)) {
        r->promised -= CHUNK_FRAMES;
        return 0;
    }

    // How many pages? If promised pages are written in sequence, those behind va are filled, too,
    // which saves their traps.
    uint most = 1;
    if (va != as->fill_next)
        as->fill_sequence = 0;
    else if (++as->fill_sequence >= FILL_SEQUENCE)
        most = region_range(r, va, min_u64(FILL_RANGE, max_u64(r->promised, 1)));

    // The page of va need not be absent (it may have been the page of zeroes); those behind it
    // must.
    uint n = 0;
    while (n == 0 || (n < most && entry[n] == 0)) {
        enum page_flags flags = PAGE_ZERO;
        if (r->promised > 0)
            flags |= PAGE_PROMISED;
        struct page *p = page_alloc(flags);
        if (p == NULL)
            break;
        if (flags & PAGE_PROMISED)
            r->promised--;
        pt_publish(&entry[n], pt_user_entry(p, r->prot));
        as->resident++;
        n++;
    }
    if (n == 0)
        return region_no_memory(r);

    as->fill_next = va + n * PGSIZE;
    count(C_fault_zero_fill);
    count_n(C_fault_zero_around, n - 1);
    return 0;
}

const struct region_ops region_anon_ops = {.fill = fill_zeroes};

// The region allows reading alone, so a write never comes here.
static int fill_process_page(struct addrspace *as, struct region *r, uaddr_t, enum access,
                             pte_t *entry, struct supply *)
{
    struct page *p = page_alloc(PAGE_ZERO);
    if (p == NULL)
        return -ENOMEM;

    memcpy(page_to_virt(p), &as->info, sizeof(as->info));
    pt_publish(entry, pt_user_entry(p, r->prot));
    as->resident++;
    count(C_fault_info);
    return 0;
}

const struct region_ops region_info_ops = {.fill = fill_process_page, .unshared = true};
