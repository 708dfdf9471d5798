// The heap of an address space: what sbrk does.
#ifndef KERNEL_VM_SPACE_HEAP_H
#define KERNEL_VM_SPACE_HEAP_H

#include "kernel/vm/addrspace.h"

// Moves the break by n bytes; a negative n moves it down, at most to the heap's start. how is
// SBRK_EAGER (frames are promised) or SBRK_LAZY (they are not). Returns the old break; -ENOMEM: the
// heap would reach beyond TRAPFRAME or into a mapping, or the frames cannot be promised.
int64 as_sbrk(struct addrspace *as, int64 n, int how);

#endif
