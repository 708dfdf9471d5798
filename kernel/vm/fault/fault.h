// The one fault handler.
#ifndef KERNEL_VM_FAULT_FAULT_H
#define KERNEL_VM_FAULT_FAULT_H

#include "kernel/vm/addrspace.h"

struct page;

// Makes the access to va possible, as the region that holds va says. Serves user traps, and the
// kernel's own accesses to user memory. The caller holds no lock and has no open transaction; may
// sleep.
// 0: the access can be tried again; -EFAULT: no region, or it does not allow the access; -ENOMEM;
// -EINTR: the thread was killed meanwhile. Of files also: -ENXIO: beyond the end; -EIO; -ENOSPC: a
// hole that cannot be filled.
int vm_fault(struct addrspace *as, uaddr_t va, enum access access);

// Makes the access possible as above and takes a reference on the frame of va, so that the frame
// stays where it is. The caller puts the reference. *shared: other spaces see stores into this
// page. After an error *page is NULL.
int vm_pin(struct addrspace *as, uaddr_t va, enum access access, struct page **page, bool *shared);

// True if va is mapped to that page at this moment. Needs no lock.
bool vm_maps(struct addrspace *as, uaddr_t va, const struct page *page);

#endif
