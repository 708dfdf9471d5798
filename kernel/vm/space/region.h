// Regions: what an address space holds where. A region is [start, end), page-aligned, with rights,
// and says through a small table of functions where its pages come from.
//
//     a life:  region_new, region_insert; region_split_at cuts it in two, region_merge joins it
//     with
//              its neighbours; region_remove (with as->lock), regions_drop (without)
//
// The regions of an address space are disjoint, and its list has them in the order of their
// addresses. as->lock guards the list and the regions.
#ifndef KERNEL_VM_SPACE_REGION_H
#define KERNEL_VM_SPACE_REGION_H

#include "kernel/vm/addrspace.h"

struct inode;
struct region;
struct shared_pages;
struct supply;

enum region_flags {
    REGION_LAZY = 1,     // of the heap: nothing is promised, so a touch may fail with -ENOMEM
    REGION_RESERVED = 2, // of the heap: a frame is promised for each page that has none of its own
    REGION_SHARED = 4,   // all spaces that map the same see each other's stores
    REGION_PROGRAM = 8,  // of a program that is being run: nobody can write to its file
};

struct region_ops {
    // Fills the entry of page va for an access that the region allows. The entry is absent; or it
    // was parked because it maps the page of zeroes and a page to write to is wanted.
    // => as->lock held. 0; -ENOMEM; -EAGAIN: a promised frame was not found, try again later;
    // SUPPLY_WANTED: *s says what must be brought without the lock before the next try (supply.h).
    int (*fill)(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                pte_t *entry, struct supply *s);

    // Shared regions: makes the entry of page va writable, which maps the page already. As above.
    int (*allow_store)(struct region *r, uaddr_t va, pte_t *entry, struct supply *s);

    // attach takes references of r's own on what its pages come from: 0; -ENOMEM, but never for a
    // copy of a region that is attached. detach gives them up; it may sleep, no lock is held. Both
    // are NULL if there is nothing to hold.
    int (*attach)(struct region *r);
    void (*detach)(struct region *r);

    // fork copies no entries of such a region, as of shared ones: the child faults its pages in.
    bool unshared;
};

extern const struct region_ops region_anon_ops;   // zero-filled, private (region_anon.c)
extern const struct region_ops region_info_ops;   // the process page (region_anon.c)
extern const struct region_ops region_file_ops;   // a file, private or shared (region_file.c)
extern const struct region_ops region_shared_ops; // zero-filled, shared (region_shared.c)

// I immutable; M mapping lock (mapping.c); all else as->lock
struct region {
    struct list link;   // in as->regions, by address
    uaddr_t start, end; // page-aligned
    uint8 prot;         // PROT_ bits
    uint8 denied;       // I: PROT_ bits that mprotect may not give it
    uint8 flags;        // enum region_flags
    uint64 promised;    // RESERVED: pages promised and not yet touched
    const struct region_ops *ops;
    struct addrspace *as;        // I once inserted
    uint64 offset;               // of start in the file or shared object, in bytes, page-aligned
    struct inode *file;          // I: with a reference; NULL: not of a file
    struct shared_pages *shared; // I: with a reference; made for the first region of a mapping
    struct list mapping;         // M: in the list of regions that map the file
    uint64 mapping_round;        // M and as->lock: the last cut of the file that r was searched
                                 // for (mapping.c); 0: r is new
};

// Returns a region as the model says, on no list, with references of its own; NULL if there is no
// memory.
struct region *region_new(const struct region *model);

// Cuts the region in two in whose inside va lies, if there is one: a new region begins at va. No
// page changes. 0; -ENOMEM, also if as has as many regions as it may have.
int region_split_at(struct addrspace *as, uaddr_t va);

// Joins neighbours that are alike into one region: r, the region before it, and those behind it
// that begin at end at most. No page changes. The regions that are left over go onto the list dead,
// as in region_remove.
void region_merge(struct addrspace *as, struct region *r, uaddr_t end, struct list *dead);

// Moves r from its list to the list dead; regions_drop follows, without as->lock.
void region_remove(struct region *r, struct list *dead);

// Frees the regions of that list. May sleep; no lock is held.
void regions_drop(struct list *dead);

// Puts r into its place in as, which has room for one more (regions_full). It overlaps no other.
void region_insert(struct addrspace *as, struct region *r);

static inline bool regions_full(const struct addrspace *as)
{
    return as->region_count >= REGIONS_MAX;
}

// Returns the first region that has an address in [start, end), or NULL.
struct region *region_first(const struct list *regions, uaddr_t start, uaddr_t end);

// Returns the region that holds va, or NULL.
static force_inline struct region *region_find(const struct list *regions, uaddr_t va)
{
    return region_first(regions, va, va + 1);
}

bool region_allows(const struct region *r, enum access access);

// True if [start, end) is not empty and programs may use all of it.
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

// The page of va counted from the beginning of the file or shared object.
static inline uint64 region_page(const struct region *r, uaddr_t va)
{
    return (va - r->start + r->offset) >> PGSHIFT;
}

// What a fault answers if there is no frame for a page or table of r: -EAGAIN if one is promised.
int region_no_memory(const struct region *r);

// How many pages from va on, at most n, lie in the region and under the same table.
static force_inline uint64 region_range(const struct region *r, uaddr_t va, uint64 n)
{
    uaddr_t limit = min_u64(r->end, SUPERPGROUNDDOWN(va) + SUPERPGSIZE);
    return min_u64(n, (limit - va) >> PGSHIFT);
}

#endif
