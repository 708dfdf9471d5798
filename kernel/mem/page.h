// Frames of RAM: allocation, reference counts, and the account of what is available.
//
// A frame is 4 KiB of physical memory. A chunk is 2^order frames one behind the other, up to 2 MiB,
// aligned to its size. Every frame has a struct page.
//
//     states of a frame:
//
//         FREE --page_alloc--> IN USE, refs = 1 <--page_get, page_put--> IN USE, refs = 2, 3, ...
//           ^                    |
//           +------page_put------+        (the last reference)
//
//     a life:   page_alloc, page_get when a second entry maps it, page_put, page_put
//
// There is one reference for each page table entry that maps the frame, and one for the cache that
// holds it. Frames of the kernel itself and the page of zeroes are never freed.
//
// The account. It says how many frames can still be handed out:
//
//     +-- all frames of RAM ---------------------------------------------------------+
//     |                                                                              |
//     |   FREE, on a list              page_alloc -->     IN USE                     |
//     |                            <-- page_put                                      |
//     |   +------------------------+                      +------------------------+ |
//     |   | promised to somebody   |                      | reclaimable: a cache   | |
//     |   +------------------------+                      | would give them back   | |
//     |   | reserve: 64 frames for |                      |   +------------------+ | |
//     |   | the console's shell    |  <-- page_reclaim    |   | mapped: others   | | |
//     |   +------------------------+      _hook           |   | hold them, too   | | |
//     |                                                   |   +------------------+ | |
//     |                                                   +------------------------+ |
//     +------------------------------------------------------------------------------+
//
//     available = free - promised - reserve + reclaimable - mapped
//
// What each function does to it, and to `available`:
//
//     page_alloc                  free - 1                     available - 1
//     page_alloc, PAGE_PROMISED   free - 1, promised - 1       the same: it was taken off before
//     page_put, the last one      free + 1                     available + 1
//     page_promise(n)             promised + n                 available - n, or -ENOMEM
//     page_unpromise(n)           promised - n                 available + n
//     page_add_reclaimable(n)     reclaimable + n              available + n
//     page_hold, page_get         mapped + 1 if it was the     available - 1: the cache cannot
//       of a cache's frame          cache's alone                give it back now
//     page_put of such a frame    mapped - 1 if it is that     available + 1
//                                   again
//
// So a page_alloc without PAGE_PROMISED never takes a frame that is promised to somebody else. Only
// page_may_use_reserve may take the reserve: so a person at the console can still end whatever has
// taken all memory.
#ifndef KERNEL_MEM_PAGE_H
#define KERNEL_MEM_PAGE_H

#include "kernel/arch/layout.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"

#define PAGE_ORDER_MAX 9                     // 2 MiB
#define CHUNK_FRAMES   (1 << PAGE_ORDER_MAX) // frames of the largest chunk

// a atomic; P the free lists' lock (buddy.c); o its owner, once it is allocated
struct page {
    struct list link; // P while it is free; o in use
    int32 refs;       // a: 0 when free
    uint8 order;      // P, o: of the chunk whose first frame it is
    uint8 flags;      // P, o: PG_...
    uint16 tag;       // o: for its own use
};

#define PG_FREE     1 // the first frame of a chunk on a free list
#define PG_RESERVED 2 // never freed, references not counted (the page of zeroes)
#define PG_CACHE    4 // of a cache: while others have references, too, it cannot be taken back

enum page_flags {
    PAGE_ZERO = 1,     // filled with zeroes
    PAGE_PROMISED = 2, // spends promises that the caller holds, one for each frame
    PAGE_CACHE = 4,    // marked PG_CACHE until it is freed
};

// Gives the frames of [start, end), page-aligned, to the allocator. Boot only, once. The array of
// struct page takes the first of them.
void page_init(paddr_t start, paddr_t end);

// Returns a chunk of 2^order frames with refs = 1; NULL if there is none in one piece, or not
// enough is available. A single frame may be one that a cache gave back. Never sleeps.
// => no spinlock of level CACHE or above is held
struct page *page_alloc_order(uint order, enum page_flags flags);

static force_inline struct page *page_alloc(enum page_flags flags)
{
    return page_alloc_order(0, flags);
}

// The array of struct page: the frame at page_frames[i] has number page_first + i.
extern struct page *page_frames;
extern uint64 page_first, page_count;

// Frees the chunk whose last reference is gone. For page_put alone.
void page_free(struct page *p);

// Adds n (negative: takes off) to the account's mapped. For page_get and page_drop alone.
void page_add_mapped(int64 n);
uint64 page_mapped(void);

// Takes a reference on p, a frame of a cache, for somebody outside the cache. False, and nothing is
// changed: that would take a frame that is promised to somebody else. The caller sees to it that
// the cache keeps p meanwhile.
bool page_hold(struct page *p);

// Takes a reference. The caller has one, or knows that somebody keeps his.
static inline void page_get(struct page *p)
{
    const uint8 flags = p->flags;

    if (flags & PG_RESERVED)
        return;
    int32 before = __atomic_fetch_add(&p->refs, 1, __ATOMIC_RELAXED);
    kassert(before > 0);
    if (flags & PG_CACHE && before == 1)
        page_add_mapped(1);
}

// Gives a reference up. True if it was the last one: the caller frees the frame.
static inline bool page_drop(struct page *p)
{
    // Read first: once the reference is gone, somebody else may free the frame.
    const uint8 flags = p->flags;
    int32 before = __atomic_fetch_sub(&p->refs, 1, __ATOMIC_ACQ_REL);
    kassert(before > 0);
    if (flags & PG_CACHE && before == 2)
        page_add_mapped(-1);
    return before == 1;
}

// Gives a reference up; the last one frees the chunk. p may be NULL.
static inline void page_put(struct page *p)
{
    if (p != NULL && !(p->flags & PG_RESERVED) && page_drop(p))
        page_free(p);
}

static inline int page_refs(const struct page *p)
{
    return __atomic_load_n(&p->refs, __ATOMIC_ACQUIRE);
}

// True if nobody but the caller uses the frame.
static inline bool page_is_single(const struct page *p)
{
    return page_refs(p) == 1 && !(p->flags & PG_RESERVED);
}

// True if the frame at pa has a struct page.
static force_inline bool phys_is_ram(paddr_t pa)
{
    return (pa >> PGSHIFT) - page_first < page_count;
}

// pa is in RAM (asserted).
static force_inline struct page *phys_to_page(paddr_t pa)
{
    kassert(phys_is_ram(pa));
    return &page_frames[(pa >> PGSHIFT) - page_first];
}

static force_inline paddr_t page_to_phys(const struct page *p)
{
    return (page_first + (uint64)(p - page_frames)) << PGSHIFT;
}

static force_inline void *page_to_virt(const struct page *p)
{
    return phys_to_virt(page_to_phys(p));
}

static inline struct page *virt_to_page(const void *va) { return phys_to_page(virt_to_phys(va)); }

// The largest chunk, an aligned 2 MiB, as 512 frames that are counted each for itself: what a 2 MiB
// leaf maps. first: the first of them.
struct page *page_alloc_chunk(enum page_flags flags); // NULL: there is none in one piece
void page_get_chunk(struct page *first);
void page_put_chunk(struct page *first);
bool page_chunk_is_single(const struct page *first); // each frame has one reference

// The page of zeroes: all untouched memory that is only read is mapped to it. PG_RESERVED.
extern struct page *zero_page;

// Promises n frames to the caller, who allocates them later with PAGE_PROMISED, or gives the
// promise back. 0; -ENOMEM, and nothing is changed.
int page_promise(uint64 n);
void page_unpromise(uint64 n);

// A cache says that it would give back n more (negative: fewer) of its frames.
void page_add_reclaimable(int64 n);
// Makes a cache give back at least one frame with page_put; false if it has none. It must not
// sleep, and calls page_add_reclaimable(-n) for what it gave back. Set at boot; NULL before.
extern bool (*page_reclaim_hook)(void);

struct page_stats {
    int64 available; // as above, but 0 if it is negative
    uint64 free, reclaimable, promised, total;
};
void page_stats(struct page_stats *s);

// Test builds: called at every allocation that may fail; true makes it fail. NULL: none is made to.
extern bool (*alloc_failure_hook)(void);

// Whether the running thread may take the last frames: set by boot/upcalls.c. NULL: no thread may.
extern bool (*page_may_use_reserve)(void);

// Debug: panics if the free lists and the account do not agree.
void page_check(void);

#endif
