// What programs ask of their address space: mapping, unmapping, other rights, advice.
//
// All below: a range is page-aligned, not empty, and ends at TRAPFRAME at most. After an error
// nothing has changed. No lock is held; may sleep. -ENOMEM also means that the space would get more
// than REGIONS_MAX regions.
#ifndef KERNEL_VM_SPACE_MMAP_H
#define KERNEL_VM_SPACE_MMAP_H

#include "kernel/vm/addrspace.h"

// What is to be mapped; the caller has checked the rights that a file allows.
struct map_request {
    uaddr_t hint;       // page-aligned; with MAP_FIXED: this place and no other
    uint64 length;      // bytes, rounded up to pages
    int prot, denied;   // PROT_ bits: what the region allows; what mprotect may never give it
    int flags;          // MAP_ bits
    struct inode *file; // NULL: MAP_ANONYMOUS. The caller keeps its reference
    uint64 offset;      // in the file, page-aligned
};

// Maps it: at the hint if that is free, else as high as there is room. MAP_FIXED replaces what is
// mapped there. If it is MAP_SHARED and PROT_WRITE is not denied, the caller has begun to write the
// file (inode_begin_use). Returns the address; -EINVAL: MAP_FIXED outside the user's half or in the
// heap; -ENOMEM.
int64 as_mmap(struct addrspace *as, const struct map_request *m);

// Unmaps the range. 0, also if nothing is mapped there; -EINVAL: in the heap, which is sbrk's;
// -ENOMEM.
int as_munmap(struct addrspace *as, uaddr_t start, uaddr_t end);

// Gives the range the rights prot (as_valid_prot). 0; -EACCES: a file in it does not allow them;
// -ENOMEM, also if a part is not mapped.
int as_protect(struct addrspace *as, uaddr_t start, uaddr_t end, int prot);

// Drops the pages of the range: the next touch finds the file's bytes, the shared object's, or
// zeroes. 0; -ENOMEM: a part is not mapped, or the pages of a heap cannot be promised again.
int as_drop_pages(struct addrspace *as, uaddr_t start, uaddr_t end);

// Begins to read the files' pages of the range into the cache, as far as the cache has room. 0;
// -ENOMEM: a part is not mapped; -EINTR: the thread was killed.
int as_read_ahead(struct addrspace *as, uaddr_t start, uaddr_t end);

// 0 if regions cover the whole range; else -ENOMEM.
int as_check_mapped(struct addrspace *as, uaddr_t start, uaddr_t end);

#endif
