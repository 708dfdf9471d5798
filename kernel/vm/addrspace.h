// Address spaces: a sorted set of regions, the page tables that cache what the regions say, and
// two roots over them. DESIGN: "Two roots, one user half", "Regions and the one fault handler".
//
//     states:  BUILDING (as_create, as_map, as_write: nobody runs on it)
//              -> LIVE (mmu_activate) -> ENDING (last as_put) -> freed
//     a life:  as_create, as_map ..., mmu_activate, vm_fault ..., as_sbrk, as_put
//
// vm/ never asks which process is running: it is given the address space.
#ifndef KERNEL_VM_ADDRSPACE_H
#define KERNEL_VM_ADDRSPACE_H

#include "kernel/lib/assert.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/memlayout.h"
#include "kernel/mmu/context.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/thread/sleeplock.h"

struct inode;

typedef uint64 pte_t;

// I immutable; a atomic; L as->lock
struct addrspace {
    int32 refs;                 // a: processes (threads) that run in it, and passing users
    paddr_t user_root;          // I: maps the program alone
    paddr_t kernel_root;        // I: the same user half, and the kernel's
    struct mmu_context mmu;     // what a hart and a thread know of it: roots, generations
    struct sleeplock lock;      // guards what is marked L; never held across I/O
    struct list regions;        // L: struct region, by address, disjoint
    uint32 region_count;        // L: of them, at most REGIONS_MAX
    uint32 unchecked;           // a: debug build: calls since they were last checked
    uaddr_t heap_start;         // L: first address of the heap (page-aligned)
    uaddr_t heap_end;           // L: the break, in bytes
    uint64 resident;            // L: user pages mapped, the zero page aside
    uint64 tables;              // L: page-table pages below the roots
    struct list table_pages;    // L: these, through struct page, but for
    struct list spare_tables;   // L: the empty ones that leaves of level 1 keep (superpage.h)
    uint64 promised_tables;     // L: table pages promised for the heap and not yet taken
    uaddr_t tables_promised_to; // L: up to where the heap's tables are promised or present
    uaddr_t cow_next;           // L: address after the last copy-on-write copy: sequential writers
    uaddr_t fill_next;          // L: the same for untouched pages
    uint32 fill_sequence;       // L: of them, filled one after the other
    uint32 cow_run;             // L: pages that the next such copy takes along
    struct list storing;        // mapping lock: spaces that may store into files
    uint32 visitors;            // mapping lock: who looks into it for a file's sake
    struct usyscall info;       // I once LIVE: what the process page holds
};

// The right that an entry needs to allow it.
// FORCE: a write that a private region need not allow (poke.h): its page is copied, its entry gets
// no right.
enum access {
    ACCESS_READ = PTE_R,
    ACCESS_WRITE = PTE_W,
    ACCESS_EXEC = PTE_X,
    ACCESS_FORCE = PTE_W | PTE_G
};

// A new space without regions: roots, trampoline and TRAPFRAME. refs = 1. 0 if memory is short.
// While it is BUILDING nobody else knows it, so as->lock need not be taken.
struct addrspace *as_create(void);

void as_get(struct addrspace *as);
// The last one frees regions, pages and tables, after every hart that keeps it has left it. Must
// not be the space this hart runs on (mmu_activate another first). May sleep.
void as_put(struct addrspace *as);

// The address space that contains the context m.
static inline struct addrspace *as_of(struct mmu_context *m)
{
    return (struct addrspace *)((char *)m - offsetof(struct addrspace, mmu));
}

// True for PROT_ bits, but not W and X together.
bool as_valid_prot(int prot);

// Adds to a space that is BUILDING a zero-filled private region [start, end), page-aligned, with
// PROT_ rights; W and X together are refused. 0; -EINVAL (order, overlap, outside the user half,
// rights); -ENOMEM.
int as_map(struct addrspace *as, uaddr_t start, uaddr_t end, int prot);

// The same for pages of a program file from offset (page-aligned) on, private. The caller has begun
// to run the file.
int as_map_program(struct addrspace *as, uaddr_t start, uaddr_t end, int prot, struct inode *file,
                   uint64 offset);

// Copies n bytes into zero-filled regions of a space that is BUILDING, whatever their rights. 0;
// -EFAULT outside regions; -ENOMEM.
int as_write(struct addrspace *as, uaddr_t to, const void *from, size_t n);

// Adds to a space that is BUILDING the process page at va (memlayout.h): read-only for programs,
// and each space's own. 0; -EINVAL; -ENOMEM.
int as_map_info(struct addrspace *as, uaddr_t va);
// What that page will hold. Before anybody runs in the space.
void as_set_info(struct addrspace *as, const struct usyscall *info);

// Where the heap begins: page-aligned, behind all regions mapped so far. Once, while BUILDING.
void as_set_heap(struct addrspace *as, uaddr_t start);

// Moves the break by n bytes (negative: down, at most to the heap's start); how is SBRK_EAGER or
// SBRK_LAZY. Returns the old break; -ENOMEM: beyond TRAPFRAME, or what is promised cannot be kept.
int64 as_sbrk(struct addrspace *as, int64 n, int how);

// A child's copy: regions, page tables and counts; data pages are shared copy-on-write. The
// child has no promises, and its process page is yet to be told what to hold. *child with refs = 1;
// 0; -ENOMEM, -EINTR: killed meanwhile (the parent is as it was).
int as_fork(struct addrspace *parent, struct addrspace **child);

// The leaf entry that translates va (one of level 1 is that of 512 pages), or 0 if there is none.
// Never faults a page in.
pte_t as_lookup(struct addrspace *as, uaddr_t va);

// Bit i of map: the page of va + i * PGSIZE, i < n, is mapped and was accessed since its A bit was
// last cleared. The bits of a leaf of 2 MiB are all its 512 pages' own.
void as_accessed(struct addrspace *as, uaddr_t va, uint n, uint8 *map);
// Clears the A bits of the pages whose bits in map are set.
void as_clear_accessed(struct addrspace *as, uaddr_t va, uint n, const uint8 *map);

// The table of 512 entries that translates va at level (2: the root itself) of the user (0) or the
// kernel (1) root; 0: there is none. It stays as long as the space.
const pte_t *as_table(struct addrspace *as, int root, int level, vaddr_t va);

// Prints the user half's entries through kprintf: "page table 0x...", then for each valid entry
// a " .." for each level, "0xVA: pte 0x... pa 0x...". Stops when the caller is killed.
void as_print(struct addrspace *as);

// Returns the bytes of all regions; and pages that its entries map: those that others use, too
// (caches aside), and those that are a file's own in the block cache.
uint64 as_usage(struct addrspace *as, uint64 *shared, uint64 *file);

// Debug: regions sorted and disjoint, entries inside regions, counts and roots agree; panics.
void as_check(struct addrspace *as);

// The same now and then, the more seldom the more regions there are: so it costs each call about
// the same.
static inline void as_debug_check(struct addrspace *as)
{
    if (!DEBUG_BUILD ||
        __atomic_add_fetch(&as->unchecked, 1, __ATOMIC_RELAXED) < as->region_count / 64)
        return;
    __atomic_store_n(&as->unchecked, 0, __ATOMIC_RELAXED);
    as_check(as);
}

#endif
