// Regions: what an address space holds where. A region is [start, end), page-aligned, with rights,
// and says where its pages come from through a small table of functions.
//
// The list of an address space is sorted by address and its regions are disjoint. as->lock guards
// it and them.
#ifndef KERNEL_VM_REGION_H
#define KERNEL_VM_REGION_H

#include "kernel/vm/addrspace.h"

struct inode;
struct region;
struct shared_pages;
struct supply;

enum region_flags {
    REGION_LAZY = 1, // of the heap: nothing is promised, a touch may fail for want of memory
    // of the heap: a frame is promised for each page that has none of its own yet
    REGION_RESERVED = 2,
    REGION_SHARED = 4, // stores are seen by all who map the same
    REGION_RUN = 8,    // of a program that runs: its file cannot be written
};

struct region_ops {
    // Fills the entry of page va for an access that the region allows: it is absent, or it maps the
    // zero page and a page to write to is wanted.
    // => as->lock held. 0; -ENOMEM; -EAGAIN: a promised frame was not found, try again later;
    // SUPPLY_WANTED: *s says what is to be brought in without the lock, then again with it.
    int (*fill)(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                pte_t *entry, struct supply *s);
    // Shared regions: the same for a write to a page that is there and whose entry does not allow
    // it.
    int (*store)(struct region *r, uaddr_t va, pte_t *entry, struct supply *s);
    // r takes references of its own on what its pages come from: 0; -ENOMEM, not for a copy of a
    // region that has them. detach gives them up: may sleep, no lock is held. Both 0: there is
    // nothing to hold.
    int (*attach)(struct region *r);
    void (*detach)(struct region *r);
    // fork copies no entries, as with shared regions: the child's faults make other pages.
    bool unshared;
};

extern const struct region_ops region_anon_ops;   // zero-filled, private (region_anon.c)
extern const struct region_ops region_info_ops;   // the process page (region_info.c)
extern const struct region_ops region_file_ops;   // a file, private or shared (region_file.c)
extern const struct region_ops region_shared_ops; // zero-filled, shared (region_shared.c)

// I immutable; M mapping lock (mapping.c); L as->lock
struct region {
    struct list link;   // by address
    uaddr_t start, end; // page-aligned
    uint8 prot;         // PROT_ bits
    uint8 denied;       // I: PROT_ bits that mprotect may not give it
    uint8 flags;        // enum region_flags
    uint64 promised;    // RESERVED: pages promised and not yet touched
    const struct region_ops *ops;
    struct addrspace *as; // I once inserted
    // Where its pages come from, if it is not zeroes of its own.
    uint64 offset;               // of start therein, in bytes, page-aligned
    struct inode *file;          // I: one user of it
    struct shared_pages *shared; // I: the same; made for the first region of a mapping
    struct list mapping;         // M: regions of the file
    // M and L: the cut of the file for which it was last looked at; 0: it is new
    uint64 mapping_round;
};

// A region as the model says, on no list yet, with references of its own; 0: no memory.
struct region *region_new(const struct region *model);
// Cuts the region that va lies inside, if there is one: it ends there, and what it was from there
// on is a region of its own. No page changes. 0; -ENOMEM, also if as has as many as it may.
int region_split_at(struct addrspace *as, uaddr_t va);
// Makes one of neighbours that are alike: r, the one before it, and those behind it that begin at
// end at most. No page changes. The others go onto the list dead, as in region_remove.
void region_merge(struct addrspace *as, struct region *r, uaddr_t end, struct list *dead);
// Takes r off its list and onto the list dead: under as->lock, before regions_drop.
void region_remove(struct region *r, struct list *dead);
// Frees the regions of that list. May sleep; no lock is held.
void regions_drop(struct list *dead);

// Puts r into its place in as, which has room for one more; it must not overlap others.
void region_insert(struct addrspace *as, struct region *r);
static inline bool regions_full(const struct addrspace *as)
{
    return as->region_count >= REGIONS_MAX;
}

// The first region that has an address in [start, end), or 0.
struct region *region_first(const struct list *regions, uaddr_t start, uaddr_t end);

// The region that holds va, or 0.
static inline struct region *region_find(const struct list *regions, uaddr_t va)
{
    return region_first(regions, va, va + 1);
}

bool region_allows(const struct region *r, enum access access);

// True if [start, end) has an address and programs may use all of it.
static inline bool in_user_half(uaddr_t start, uaddr_t end)
{
    return start >= USERBASE && start < end && end <= TRAPFRAME;
}

// True if it does and meets no region.
bool region_fits(const struct addrspace *as, uaddr_t start, uaddr_t end);

// True if r has an address in [start, end).
static inline bool region_meets(const struct region *r, uaddr_t start, uaddr_t end)
{
    return r->start < end && start < r->end;
}

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
