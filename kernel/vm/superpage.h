// Leaves of level 1: 2 MiB of a heap by one entry.
//
// A leaf is nothing but a compact form of a full table of level 0: 512 equal entries with frames
// one behind the other. Each frame has its own count, and the leaf holds a reference on each of
// them. So a leaf can be split at any time, which changes no translation, and after that nobody
// can tell that it has been one.
//
//     a leaf's life:  super_fill (a write to an untouched piece of a promised heap)
//                     -> fork: read-only, copy-on-write, in parent and child
//                     -> super_write: claimed, or copied as a whole
//                     -> super_unmap, or super_split and then page by page
//
// Each leaf has its table all the same, empty, among the space's spare tables: a split needs no
// memory, and tables stay until the space ends. Spare tables are alike, so none is a certain
// leaf's. But a hart may remember that one led from the piece that it was made for: a spare table
// comes into use after a flush only.
#ifndef KERNEL_VM_SUPERPAGE_H
#define KERNEL_VM_SUPERPAGE_H

#include "kernel/vm/region.h"

// All below: => as->lock held, or nobody else knows as. leaf, middle: the entry of level 1.

// Maps a leaf of zeroed frames at the 2 MiB that va lies in, if their pages are all promised and
// untouched and there is such a block. Their table exists.
bool super_fill(struct addrspace *as, struct region *r, uaddr_t va);

// A write to a leaf that is copy-on-write: claims it or copies it as a whole. False: a frame has
// other users and memory is short; then it is to be split.
bool super_write(struct addrspace *as, const struct region *r, pte_t *leaf);

// *middle, which leads to an empty table, becomes a leaf.
void super_install(struct addrspace *as, pte_t *middle, pte_t leaf);

// The leaf becomes the table that it stands for. super_split_at: if it covers pages on both sides
// of va.
void super_split(struct addrspace *as, pte_t *leaf);
void super_split_at(struct addrspace *as, uaddr_t va);

// The leaf becomes an empty table; its frames are put. The space was flushed since the entry was
// made invalid, or no hart uses it.
void super_unmap(struct addrspace *as, pte_t *leaf);

#endif
