// Frames of RAM: allocation, reference counts, and the account of what is available.
//
// A frame is 4 KiB of physical memory; blocks of 2^order frames, up to 2 MiB, are aligned to
// their size. Every frame has a struct page.
//
//     states:   FREE -> (page_alloc) -> in use, refs = 1 -> (page_get) refs + 1
//               -> (page_put) refs - 1, FREE at 0
//     a life:   page_alloc, page_get when a second entry maps it, page_put, page_put
//
// One reference for each page table entry that maps the frame and one for the cache that holds
// it. Frames of the kernel itself and the zero page are never freed.
//
// The account. available = free frames + frames that caches would give back, but for those that are
// held (page_hold: mapped by programs, mostly) - frames promised - a reserve for the console's
// shell. A promise keeps that many frames for its owner: page_alloc without PAGE_PROMISED never
// takes them. Caches say with page_reclaimable which frames they would give back; a hook takes one
// back when the free lists are empty.
#ifndef KERNEL_MEM_PAGE_H
#define KERNEL_MEM_PAGE_H

#include "kernel/arch/layout.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"

#define PAGE_ORDER_MAX 9 // 2 MiB
#define BLOCK_FRAMES   (1 << PAGE_ORDER_MAX)

struct page {
    struct list link; // free list (PAGE lock); in use: the owner's
    int32 refs;       // a: 0 when free
    uint8 order;      // of the block that it heads
    uint8 flags;      // PG_...
    uint16 tag;       // for the owner's use
};

#define PG_FREE     1 // heads a block on a free list
#define PG_RESERVED 2 // never freed, references not counted (the zero page)
#define PG_CACHE    4 // of a cache: while others have references, too, it cannot be taken back

enum page_flags {
    PAGE_ZERO = 1,     // filled with zeroes
    PAGE_PROMISED = 2, // spends promises that the caller holds, one a frame
    PAGE_CACHE = 4,    // marked PG_CACHE, until it is freed
};

// Gives the frames of [start, end), page-aligned, to the allocator. Boot only, once; the array
// of struct page is taken from the front of the range.
void page_init(paddr_t start, paddr_t end);

// A block of 2^order frames, aligned to its size, refs = 1; 0 if there is none in one piece. A
// single frame may be a clean page taken back from a cache. Never sleeps.
// => no spinlock of level CACHE or above is held
struct page *page_alloc_order(uint order, enum page_flags flags);

static inline struct page *page_alloc(enum page_flags flags) { return page_alloc_order(0, flags); }

// The array of struct page: the frame at page_frames[i] has number page_first + i.
extern struct page *page_frames;
extern uint64 page_first, page_count;

// The last reference is gone: frees the block. For page_put alone.
void page_free(struct page *p);

// n more (negative: fewer) frames of caches have other users, who keep them from being taken back.
void page_count_mapped(int64 n);
uint64 page_mapped(void);
// One more reference on p, whose cache could take it back before: what is available gets less.
// False: it is promised to others; nothing has changed. The caller sees to it that the cache keeps
// p meanwhile.
bool page_hold(struct page *p);

static inline void page_get(struct page *p) // one more reference
{
    const uint8 flags = p->flags;
    if (flags & PG_RESERVED)
        return;
    int32 before = __atomic_fetch_add(&p->refs, 1, __ATOMIC_RELAXED);
    kassert(before > 0);
    if (flags & PG_CACHE && before == 1)
        page_count_mapped(1);
}

static inline bool page_drop(struct page *p) // one less; true: it was the last one
{
    const uint8 flags = p->flags; // looked at while the frame is ours
    int32 before = __atomic_fetch_sub(&p->refs, 1, __ATOMIC_ACQ_REL);
    kassert(before > 0);
    if (flags & PG_CACHE && before == 2)
        page_count_mapped(-1);
    return before == 1;
}

static inline void page_put(struct page *p) // one less; the last one frees the block; p may be 0
{
    if (p && !(p->flags & PG_RESERVED) && page_drop(p))
        page_free(p);
}

static inline int page_refs(const struct page *p)
{
    return __atomic_load_n(&p->refs, __ATOMIC_ACQUIRE);
}

// has one user, who may do with it what he likes
static inline bool page_is_single(const struct page *p)
{
    return page_refs(p) == 1 && !(p->flags & PG_RESERVED);
}

static inline bool phys_is_ram(paddr_t pa) // has a struct page
{
    return (pa >> PGSHIFT) - page_first < page_count;
}

static inline struct page *phys_to_page(paddr_t pa) // pa in managed RAM (asserted)
{
    kassert(phys_is_ram(pa));
    return &page_frames[(pa >> PGSHIFT) - page_first];
}

static inline paddr_t page_to_phys(const struct page *p)
{
    return (page_first + (uint64)(p - page_frames)) << PGSHIFT;
}

static inline void *page_to_virt(const struct page *p) { return phys_to_virt(page_to_phys(p)); }

static inline struct page *virt_to_page(const void *va) { return phys_to_page(virt_to_phys(va)); }

// The same for all frames of an aligned 2 MiB, which are frames of their own, each counted: what
// an entry that maps them together needs.
struct page *page_alloc_block(enum page_flags flags); // 0: there is none in one piece
void page_get_block(struct page *first);
void page_put_block(struct page *first);
bool page_block_is_single(const struct page *first); // each has one reference

// The one page of zeroes that untouched memory reads as; PG_RESERVED.
extern struct page *zero_page;

// Takes n frames out of what is available for the caller to allocate later with PAGE_PROMISED,
// or to give back: 0 or -ENOMEM (then nothing is changed).
int page_promise(uint64 n);
void page_unpromise(uint64 n);

// A cache tells that n more (negative: fewer) of its frames could be taken back.
void page_reclaimable(int64 n);
// Takes a frame back; set by boot/upcalls.c: frees at least one frame with page_put and returns
// true, or returns false. It must not sleep. It calls page_reclaimable(-n) for what it gave up.
extern bool (*page_reclaim_hook)(void);

struct page_stats {
    int64 available; // as above, never shown below 0
    uint64 free, reclaimable, promised, total;
};
void page_stats(struct page_stats *s);

// Test builds: called at every allocation that may fail; true makes it fail. 0: none.
extern bool (*alloc_failure_hook)(void);

// Whether the running thread may take the last frames: boot/ sets it. NULL: no thread may.
extern bool (*page_may_use_reserve)(void);

// Debug: panics if free lists and counts do not agree.
void page_check(void);

#endif
