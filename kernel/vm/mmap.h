// What programs ask of their address space: mapping, unmapping, other rights, advice.
//
// All below: ranges are page-aligned, not empty and end at TRAPFRAME at most. On an error nothing
// has changed. No lock is held; may sleep. -ENOMEM also means that there would be more than
// REGIONS_MAX regions.
#ifndef KERNEL_VM_MMAP_H
#define KERNEL_VM_MMAP_H

#include "kernel/vm/addrspace.h"

// What is to be mapped; the caller has checked the rights that a file allows.
struct map_request {
    uaddr_t hint;       // page-aligned; MAP_FIXED: this place and no other
    uint64 length;      // bytes, rounded up to pages
    int prot, denied;   // PROT_ bits: now, and what mprotect may not ask for later
    int flags;          // MAP_ bits
    struct inode *file; // 0: MAP_ANONYMOUS. Not taken over
    uint64 offset;      // in the file, page-aligned
};

// Maps it: at the hint, if that is free, else as high as there is room. MAP_FIXED replaces what is
// there. Returns the address; -EINVAL: MAP_FIXED outside the user's half or in the heap; -ENOMEM.
// If it is MAP_SHARED and PROT_WRITE is not denied, the caller has begun to write the file.
int64 as_mmap(struct addrspace *as, const struct map_request *m);

// 0, also if nothing is mapped there; -EINVAL: in the heap, which is sbrk's; -ENOMEM.
int as_munmap(struct addrspace *as, uaddr_t start, uaddr_t end);

// prot is valid (PROT_ bits, not W and X together). 0; -EACCES: not with that file; -ENOMEM, also
// if a part is not mapped.
int as_protect(struct addrspace *as, uaddr_t start, uaddr_t end, int prot);

// Drops the pages of the range: the next touch finds the file's bytes, the shared object's, or
// zeroes. 0; -ENOMEM: a part is not mapped, or the pages of a heap cannot be promised again.
int as_forget(struct addrspace *as, uaddr_t start, uaddr_t end);

// Starts reading the pages of files in the range, as far as there is room for it. 0; -ENOMEM: a
// part is not mapped.
int as_want(struct addrspace *as, uaddr_t start, uaddr_t end);

// 0; -ENOMEM: a part of the range is not mapped.
int as_mapped(struct addrspace *as, uaddr_t start, uaddr_t end);

#endif
