// Sv39 page tables: walking and entry values, no policy, no allocation.
// RISC-V Privileged Architecture, chapter "Sv39: Page-Based 39-bit Virtual-Memory System".
//
// A table is one frame of 512 entries. Level 2 is the root (1 GiB an entry), level 0 maps pages.
#ifndef KERNEL_VM_PAGETABLE_H
#define KERNEL_VM_PAGETABLE_H

#include "kernel/arch/layout.h"
#include "kernel/mem/page.h"
#include "kernel/riscv.h"

typedef uint64 pte_t;

#define GIGAPAGE    (1UL << 30) // bytes under one entry of the root
#define PTE_RIGHTS  (PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
#define PTE_LEAF(e) ((e) & (PTE_R | PTE_W | PTE_X))

static inline uint pt_index(vaddr_t va, int level)
{
    return va >> (PGSHIFT + 9 * level) & (PT_ENTRIES - 1);
}

// A table by its physical address.
static inline pte_t *pt_table(paddr_t pa) { return phys_to_virt(pa); }

static inline bool pt_is_table(pte_t entry) { return (entry & PTE_V) && !PTE_LEAF(entry); }

// True if the entry points to a table that may be written through it: PTE_COW marks one that
// several address spaces share, to be copied first.
static inline bool pt_own_table(pte_t entry)
{
    return (entry & (PTE_V | PTE_COW)) == PTE_V && !PTE_LEAF(entry);
}

// Makes an entry valid, or lead elsewhere. Whoever meets it, another hart's page walk among them,
// finds what this hart has written to the page or the table that it leads to. For every entry that
// becomes valid in a table that others may know already; one that only gains or loses rights is
// stored as any word.
static inline void pt_publish(pte_t *entry, pte_t value)
{
    __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static inline struct page *pt_page(pte_t entry) { return phys_to_page(PTE2PA(entry)); }

// Rights of a user leaf for PROT_ bits. A is set always and D with W, so that hardware which does
// not update them never faults. Writable implies readable: W without R is reserved.
// PROT_NONE: neither V nor R, W, X: such an entry keeps its page, and nobody gets at it.
pte_t pt_user_rights(int prot);

// An entry without the right to write, and copy-on-write if it had that.
static inline pte_t pt_cow(pte_t entry)
{
    return entry & PTE_W ? (entry & ~(PTE_W | PTE_D)) | PTE_COW : entry;
}

// The entry of a user page with all the rights of PROT_ bits.
static inline pte_t pt_user_entry(const struct page *p, int prot)
{
    return PA2PTE(page_to_phys(p)) | pt_user_rights(prot);
}

// True if no entry of the table is used.
bool pt_is_empty(const pte_t *table);

// The entry of va at that level, or a leaf above it; 0 if a table on the way lacks.
pte_t *pt_walk(paddr_t root, vaddr_t va, int level);

// Part of a range that one level-0 table covers, or one leaf of level 1.
struct pt_span {
    pte_t *entry; // of start: the first of those in the table, or the leaf
    uaddr_t start, end;
    bool leaf; // it may map more than start to end; unmap makes it invalid and it is still one
};

// How many entries the span has, and how many pages each of them maps.
static inline uint64 pt_span_entries(const struct pt_span *s)
{
    return s->leaf ? 1 : (s->end - s->start) >> PGSHIFT;
}

static inline uint pt_entry_pages(const struct pt_span *s) { return s->leaf ? BLOCK_FRAMES : 1; }

// Goes on to the next table or leaf behind s->end that exists and covers addresses below limit;
// false: there is none. Absent tables are skipped at their level, so a sparse range costs what is
// mapped:
//
//     for (struct pt_span s = pt_span_at(start); pt_next_span(root, &s, limit);)
bool pt_next_span(paddr_t root, struct pt_span *s, uaddr_t limit);

static inline struct pt_span pt_span_at(uaddr_t start) { return (struct pt_span){.end = start}; }

// for each entry of [start, limit) that is not 0: it is s.entry, in the span s. A break leaves the
// span only.
#define pt_for_each(s, root, start, limit)                                                         \
    for (struct pt_span s = pt_span_at(start); pt_next_span(root, &s, limit);)                     \
        for (pte_t *last_ = s.entry + pt_span_entries(&s); s.entry < last_; s.entry++)             \
            if (*s.entry != 0)

// The page that va is mapped to, 0 if it is not; and the entry as it was read. Needs no lock: then
// it is so at this moment.
struct page *pt_mapped_page(paddr_t root, uaddr_t va, pte_t *entry);

#endif
