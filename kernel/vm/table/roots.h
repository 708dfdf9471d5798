// The two roots of an address space and the tables of its user half.
//
//     kernel_root[i] == user_root[i]  for i in 0..255, always: both are written by one function
//     kernel_root[256..511]           as in kernel_space, copied once
//     user_root[256..511]             empty
//
// Tables below the roots are shared by both roots and stay until the space ends. The last pages of
// the user half, the corner, hold TRAMPOLINE and TRAPFRAME. Their tables belong to kernel_space,
// and all spaces share them: a space that maps something else below them makes copies of them
// first.
#ifndef KERNEL_VM_TABLE_ROOTS_H
#define KERNEL_VM_TABLE_ROOTS_H

#include "kernel/vm/addrspace.h"

// Gives a new space its roots: the kernel's half, and the corner. 0; -ENOMEM, and nothing is left
// behind.
int roots_create(struct addrspace *as);
// Frees all tables and the roots. No hart uses them, and no entry holds a user page.
void roots_destroy(struct addrspace *as);

// Returns the entry of va at level 0 or 1, or a 2 MiB leaf above it. Makes the tables that are
// missing on the way; NULL if there is no memory for one. promised: the frames of the tables come
// from what the heap has promised, if any of that is left.
// => as->lock held, or as is BUILDING
pte_t *roots_make_entry(struct addrspace *as, vaddr_t va, int level, bool promised);

#endif
