// What all parts of vm/ share: the record of an address space.
//
// An address space is a sorted set of regions, the page tables that cache what the regions say, and
// two roots over these tables. docs/book/design.md, "Two roots, one user half" and "Regions and the
// one fault handler".
//
//     states:  BUILDING (as_create, as_map, as_write: no thread runs in it)
//              -> LIVE (mmu_activate) -> ENDING (last as_put) -> freed
//     a life:  as_create, as_map ..., mmu_activate, vm_fault ..., as_sbrk, as_put
//
// vm/ never asks which process is running: the caller gives it the address space.
#ifndef KERNEL_VM_ADDRSPACE_H
#define KERNEL_VM_ADDRSPACE_H

#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/memlayout.h"
#include "kernel/mmu/context.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/thread/sleeplock.h"

typedef uint64 pte_t;

// I immutable; a atomic; L as->lock
struct addrspace {
    int32 refs;                 // a: threads that run in it, and others that look into it
    paddr_t user_root;          // I: maps the program alone
    paddr_t kernel_root;        // I: the same user half, and the kernel's
    struct mmu_context mmu;     // what a hart and a thread know of it: roots, generations
    struct sleeplock lock;      // guards what is marked L; never held across I/O
    struct list regions;        // L: struct region, by address, disjoint
    uint32 region_count;        // L: how many they are, at most REGIONS_MAX
    uint32 unchecked;           // a: debug build: calls of as_debug_check since the last check
    uaddr_t heap_start;         // L: first address of the heap (page-aligned)
    uaddr_t heap_end;           // L: the break, in bytes
    uint64 resident;            // L: user pages mapped, the page of zeroes not counted
    uint64 tables;              // L: page tables below the roots
    struct list table_pages;    // L: the struct page of those tables that are in use
    struct list spare_tables;   // L: of the empty ones, one for each 2 MiB leaf (superpage.h)
    uint64 promised_tables;     // L: tables promised for the heap and not made yet
    uaddr_t tables_promised_to; // L: below it the heap's tables are promised or exist (heap.c)
    uaddr_t cow_next;           // L: behind the last copy-on-write copy: is the next in sequence?
    uaddr_t fill_next;          // L: behind the last untouched page that was filled: the same
    uint32 fill_sequence;       // L: how many untouched pages were filled in sequence
    uint32 cow_range;           // L: how many pages the last copy-on-write copy could take
    struct list storing;        // mapping lock: in the list of spaces that may store into files
    uint32 visitors;            // mapping lock: threads that look into it for a file's sake
    struct usyscall info;       // I once LIVE: what the process page holds
};

// The address space that contains the context m.
static inline struct addrspace *as_of(struct mmu_context *m)
{
    return (struct addrspace *)((char *)m - offsetof(struct addrspace, mmu));
}

// An access, as the right (PTE_ bit) that an entry needs to allow it.
// FORCE: a write from outside (poke.h). A private region need not allow it: the page is copied, and
// the entry gets no right to write.
enum access {
    ACCESS_READ = PTE_R,
    ACCESS_WRITE = PTE_W,
    ACCESS_EXEC = PTE_X,
    ACCESS_FORCE = PTE_W | PTE_G
};

#endif
