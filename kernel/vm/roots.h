// The two roots of an address space and the tables of its user half.
//
//     kernel_root[i] == user_root[i]  for i in 0..255, always: both are written by one function
//     kernel_root[256..511]           as in kernel_space, copied once
//     user_root[256..511]             empty
//
// Tables below the roots are shared by both and stay until the space ends.
#ifndef KERNEL_VM_ROOTS_H
#define KERNEL_VM_ROOTS_H

#include "kernel/vm/addrspace.h"

// Gives a new space its roots, with the kernel's half and the trampoline corner. 0; -ENOMEM, and
// nothing is left behind.
int roots_create(struct addrspace *as);
// Maps the TRAMPOLINE and TRAPFRAME pages: part of the above, and for kernel_space at boot.
int roots_map_corner(struct addrspace *as);
// Frees all tables and the roots. No hart uses them, no entry holds a user page.
void roots_destroy(struct addrspace *as);

// The level-0 entry of va, making the tables that lack; 0 if there is no memory. promised: their
// frames come from the heap's promise, if it has any left.
// => as->lock held, or as is BUILDING
pte_t *roots_entry(struct addrspace *as, uaddr_t va, bool promised);

#endif
