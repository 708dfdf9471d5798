// The two roots of an address space and the tables of its user half.
//
//     kernel_root[i] == user_root[i]  for i in 0..255, always: both are written by one function
//     kernel_root[256..511]           as in kernel_space, copied once
//     user_root[256..511]             empty
//
// Tables below the roots are shared by both and stay until the space ends. The tables of the
// corner, the last pages of the user half, are kernel_space's own and shared by all spaces; who
// maps something else below them gets copies first.
#ifndef KERNEL_VM_ROOTS_H
#define KERNEL_VM_ROOTS_H

#include "kernel/vm/addrspace.h"

// Gives a new space its roots: the kernel's half, and the corner with TRAMPOLINE and TRAPFRAME. 0;
// -ENOMEM, and nothing is left behind.
int roots_create(struct addrspace *as);
// Frees all tables and the roots. No hart uses them, no entry holds a user page.
void roots_destroy(struct addrspace *as);

// The entry of va at level 0 or 1, making the tables that lack; 0 if there is no memory. promised:
// their frames come from the heap's promise, if it has any left.
// => as->lock held, or as is BUILDING; level 0: no leaf of level 1 is in the way
pte_t *roots_entry(struct addrspace *as, vaddr_t va, int level, bool promised);
// From the entry of level 1, which is no leaf, on to that of level 0.
pte_t *roots_entry_below(struct addrspace *as, pte_t *middle, vaddr_t va, bool promised);

#endif
