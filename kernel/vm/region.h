// Regions: what an address space holds where. A region is [start, end), page-aligned, with rights,
// and says where its pages come from through a small table of functions.
//
// The list of an address space is sorted by address and its regions are disjoint. as->lock guards
// it and them.
#ifndef KERNEL_VM_REGION_H
#define KERNEL_VM_REGION_H

#include "kernel/vm/addrspace.h"

// A region of the heap has one of these, others none.
enum region_flags {
    REGION_LAZY = 1,     // nothing is promised: a touch may fail for want of memory
    REGION_RESERVED = 2, // a frame is promised for each page that has none of its own yet
};

struct region;

struct region_ops {
    // Fills the entry of page va for an access that the region allows: it is absent, or it maps the
    // zero page and a page to write to is wanted.
    // => as->lock held. 0; -ENOMEM; -EAGAIN: a promised frame was not found, try again later.
    int (*fill)(struct addrspace *as, struct region *r, uaddr_t va, enum access access, pte_t *entry);
    // A child has pages of its own: fork shares none.
    bool unshared;
};

extern const struct region_ops region_anon_ops; // zero-filled, private (region_anon.c)
extern const struct region_ops region_info_ops; // the process page (region_info.c)

struct region {
    struct list link;   // by address
    uaddr_t start, end; // page-aligned
    uint8 prot;         // PROT_ bits
    uint8 flags;        // enum region_flags
    uint64 promised;    // RESERVED: pages promised and not yet touched
    const struct region_ops *ops;
};

// A region that is on no list yet; 0 if there is no memory.
struct region *region_alloc(uaddr_t start, uaddr_t end, int prot, int flags, const struct region_ops *ops);
// Takes r off its list and frees it.
void region_free(struct region *r);

// Puts r into its place; it must not overlap others.
void region_insert(struct list *regions, struct region *r);
// The region that holds va, or 0.
struct region *region_find(const struct list *regions, uaddr_t va);
// True if [start, end) meets any region.
bool region_overlaps(const struct list *regions, uaddr_t start, uaddr_t end);

bool region_allows(const struct region *r, enum access access);

static inline uint64 region_pages(const struct region *r) { return (r->end - r->start) >> PGSHIFT; }

// What a fault answers when no frame was found for a page or table of r.
int region_nomem(const struct region *r);

// Pages from va on, at most n, that lie in the region and under va's table.
static inline uint64 region_run(const struct region *r, uaddr_t va, uint64 n)
{
    uaddr_t limit = min_u64(r->end, SUPERPGROUNDDOWN(va) + SUPERPGSIZE);
    return min_u64(n, (limit - va) >> PGSHIFT);
}

#endif
