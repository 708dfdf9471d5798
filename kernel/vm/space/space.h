// Address spaces: making, filling and ending them.
#ifndef KERNEL_VM_SPACE_SPACE_H
#define KERNEL_VM_SPACE_SPACE_H

#include "kernel/vm/addrspace.h"

struct inode;

// Returns a new space without regions: roots, trampoline and TRAPFRAME. refs = 1. NULL if there is
// no memory. While the space is BUILDING nobody else knows it, so as->lock need not be taken.
struct addrspace *as_create(void);

void as_get(struct addrspace *as);
// The last put frees regions, pages and tables, after every hart that keeps the space has left it.
// This hart must not run on the space (mmu_activate(&kernel_space) first). May sleep.
void as_put(struct addrspace *as);

// True for PROT_ bits, but not for W and X together.
bool as_valid_prot(int prot);

// Adds to a space that is BUILDING a zero-filled private region [start, end), page-aligned, with
// PROT_ rights. 0; -EINVAL: order, overlap, outside the user half, rights (as_valid_prot); -ENOMEM.
int as_map(struct addrspace *as, uaddr_t start, uaddr_t end, int prot);

// The same for pages of a program file from offset (page-aligned) on, private. The caller has begun
// to run the file (inode_begin_use).
int as_map_program(struct addrspace *as, uaddr_t start, uaddr_t end, int prot, struct inode *file,
                   uint64 offset);

// Copies n bytes into zero-filled regions of a space that is BUILDING, whatever rights they have.
// 0; -EFAULT: outside regions; -ENOMEM.
int as_write(struct addrspace *as, uaddr_t to, const void *from, size_t n);

// Adds to a space that is BUILDING the process page at va (memlayout.h): programs can only read it,
// and each space has its own. 0; -EINVAL; -ENOMEM.
int as_map_info(struct addrspace *as, uaddr_t va);
// Says what that page will hold. Before any thread runs in the space.
void as_set_info(struct addrspace *as, const struct usyscall *info);

// Says where the heap begins: page-aligned, behind all regions mapped so far. Once, while BUILDING.
void as_set_heap(struct addrspace *as, uaddr_t start);

// Returns the leaf entry that translates va (a 2 MiB leaf stands for its 512 pages), or 0 if there
// is none. Fills nothing. Needs no lock.
pte_t as_lookup(struct addrspace *as, uaddr_t va);

// Returns the table of 512 entries that translates va at level (2: the root itself) of the user (0)
// or the kernel (1) root; NULL if there is none. It stays as long as the space.
const pte_t *as_table(struct addrspace *as, int root, int level, vaddr_t va);

#endif
