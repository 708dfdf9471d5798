// Sv39 page tables: walking and entry values, no policy, no allocation.
// RISC-V Privileged Architecture, chapter "Sv39: Page-Based 39-bit Virtual-Memory System".
//
// A table is one frame of 512 entries. An entry of level 2, the root, covers 1 GiB; one of level 1
// covers 2 MiB; one of level 0 maps a page.
//
//     an entry's states:  0         nothing is mapped
//                         table     V, none of R, W, X: leads to a table of the level below
//                         leaf      V and R or X: maps a page, or 2 MiB at level 1
//                         parked    not 0, but V is clear: it keeps its page, but no hart can use
//                                   it. unmap and copy-on-write park entries until the flush is
//                                   done; in a PROT_NONE region each entry with a page is parked
//
//     a user leaf's states, after fork:
//
//         writable (W, D) --fork--> copy-on-write (PTE_COW, no W) --write--> writable:
//                                     the same page if nobody else uses it (claimed), else a copy
//
// Entries of the user's half change under as->lock (addrspace.h) only. The processor sets A and D
// by itself at any time.
#ifndef KERNEL_VM_TABLE_PAGETABLE_H
#define KERNEL_VM_TABLE_PAGETABLE_H

#include "kernel/arch/layout.h"
#include "kernel/fcntl.h"
#include "kernel/mem/page.h"
#include "kernel/riscv.h"

typedef uint64 pte_t;

#define GIGAPAGE    (1UL << 30) // bytes under one entry of the root
#define PTE_RIGHTS  (PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
#define PTE_LEAF(e) ((e) & (PTE_R | PTE_W | PTE_X))

// The index of va's entry in a table of that level.
static force_inline uint pt_index(vaddr_t va, int level)
{
    return va >> (PGSHIFT + 9 * level) & (PT_ENTRIES - 1);
}

// A table by its physical address.
static force_inline pte_t *pt_table(paddr_t pa) { return phys_to_virt(pa); }

static force_inline bool pt_is_table(pte_t entry) { return (entry & PTE_V) && !PTE_LEAF(entry); }

// True if the entry leads to a table that this space alone uses. PTE_COW on an entry marks a table
// that several spaces share: a space copies it before it writes to it.
static force_inline bool pt_own_table(pte_t entry)
{
    return (entry & (PTE_V | PTE_COW)) == PTE_V && !PTE_LEAF(entry);
}

// Stores an entry that becomes valid or leads elsewhere, in a table that other harts may know. A
// hart that follows the entry sees all that this hart has written to the page or table behind it.
// An entry that only gains or loses rights is stored as any word.
static force_inline void pt_publish(pte_t *entry, pte_t value)
{
    __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static force_inline struct page *pt_page(pte_t entry) { return phys_to_page(PTE2PA(entry)); }

// The rights of a user leaf for PROT_ bits. A is always set, and D with W, so that a processor
// which does not set them itself never faults for them. Write includes read: W without R is
// reserved. PROT_NONE gives neither V nor R, W, X: such an entry is parked.
static force_inline pte_t pt_user_rights(int prot)
{
    pte_t rights = PTE_U | PTE_A;

    if (prot != PROT_NONE)
        rights |= PTE_V;
    if (prot & (PROT_READ | PROT_WRITE))
        rights |= PTE_R;
    if (prot & PROT_WRITE)
        rights |= PTE_W | PTE_D;
    if (prot & PROT_EXEC)
        rights |= PTE_X;
    return rights;
}

// The same entry without the right to write; copy-on-write, if it had that right.
static force_inline pte_t pt_cow(pte_t entry)
{
    return entry & PTE_W ? (entry & ~(PTE_W | PTE_D)) | PTE_COW : entry;
}

// The entry of a user page with all the rights of PROT_ bits.
static force_inline pte_t pt_user_entry(const struct page *p, int prot)
{
    return PA2PTE(page_to_phys(p)) | pt_user_rights(prot);
}

// True if every entry of the table is 0.
bool pt_is_empty(const pte_t *table);

// Returns the entry of va at that level, or a leaf above it; NULL if a table on the way is missing.
pte_t *pt_walk(paddr_t root, vaddr_t va, int level);

// The part of a range that one table of level 0 covers, or one 2 MiB leaf.
struct pt_span {
    pte_t *entry;       // the table's entry for start, or the leaf
    uaddr_t start, end; // of the part
    bool leaf;          // a 2 MiB leaf, perhaps parked; it may reach beyond start and end
};

// How many entries the span has, and how many pages each of them maps.
static inline uint64 pt_span_entries(const struct pt_span *s)
{
    return s->leaf ? 1 : (s->end - s->start) >> PGSHIFT;
}

static inline uint pt_entry_pages(const struct pt_span *s) { return s->leaf ? CHUNK_FRAMES : 1; }

// Advances the span to the first table or leaf behind s->end that covers an address below limit;
// false if there is none. A table that is missing is skipped as a whole, so the time depends on
// what is mapped and not on the length of the range:
//
//     for (struct pt_span s = pt_span_at(start); pt_next_span(root, &s, limit);)
bool pt_next_span(paddr_t root, struct pt_span *s, uaddr_t limit);

static inline struct pt_span pt_span_at(uaddr_t start) { return (struct pt_span){.end = start}; }

// The body runs once for each entry of [start, limit) that is not 0: the entry is s.entry, its span
// is s. A break in the body leaves the span only, not the range.
#define pt_for_each(s, root, start, limit)                                                         \
    for (struct pt_span s = pt_span_at(start); pt_next_span(root, &s, limit);)                     \
        for (pte_t *last_ = s.entry + pt_span_entries(&s); s.entry < last_; s.entry++)             \
            if (*s.entry != 0)

// Returns the page that va is mapped to, NULL if it is not mapped; *entry is the entry as it was
// read. The caller may hold no lock: the answer is then true at the moment of the look only.
struct page *pt_mapped_page(paddr_t root, uaddr_t va, pte_t *entry);

#endif
