// 2 MiB leaves: 2 MiB of a heap mapped by one entry of level 1.
//
// A leaf means the same as a full table of level 0 whose 512 entries have equal rights and whose
// frames follow each other. Each of the 512 frames keeps its own count, and the leaf holds one
// reference on each. So a leaf can be split into such a table at any time: no translation changes,
// and nothing afterwards shows that there was a leaf.
//
//     a leaf's life:  super_fill (a write to an untouched piece of a promised heap)
//                     -> fork: read-only, copy-on-write, in parent and child
//                     -> super_write: claimed, or copied as a whole
//                     -> super_unmap, or super_split and then page by page
//
// For each leaf the space keeps an empty table on its list of spare tables, so that a split needs
// no memory. A split takes any spare table, not the one that the leaf replaced. A hart may still
// remember the place from which that table led before; therefore a spare table comes into use only
// after a flush.
#ifndef KERNEL_VM_TABLE_SUPERPAGE_H
#define KERNEL_VM_TABLE_SUPERPAGE_H

#include "kernel/vm/addrspace.h"

// All below: => as->lock held, or nobody else knows as. leaf, middle: the entry of level 1.

// True if a 2 MiB leaf maps va.
bool super_maps(const struct addrspace *as, uaddr_t va);

// Maps the 2 MiB from start on (aligned, all promised) by a leaf of zeroed frames with PROT_
// rights, and spends their promises. The table for them exists. False, and nothing is changed: a
// page in it is mapped already, or there is no free chunk.
bool super_fill(struct addrspace *as, uaddr_t start, int prot);

// A write to a leaf that is copy-on-write: claims it, or copies it as a whole, and gives it the
// rights of PROT_ bits. False, and nothing is changed: a frame has other users and memory is short;
// the caller then splits the leaf.
bool super_write(struct addrspace *as, pte_t *leaf, int prot);

// Replaces the empty table that *middle leads to by the leaf; the table becomes a spare one.
void super_install(struct addrspace *as, pte_t *middle, pte_t leaf);

// Replaces the leaf by the table of 512 entries that means the same. super_split_at: only if the
// leaf has pages on both sides of va.
void super_split(struct addrspace *as, pte_t *leaf);
void super_split_at(struct addrspace *as, uaddr_t va);

// Replaces the leaf by an empty table and puts its frames. The caller has parked the entry and
// flushed the space, or no hart uses the space.
void super_unmap(struct addrspace *as, pte_t *leaf);

#endif
