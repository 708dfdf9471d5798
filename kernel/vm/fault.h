// The one fault handler.
#ifndef KERNEL_VM_FAULT_H
#define KERNEL_VM_FAULT_H

#include "kernel/vm/addrspace.h"

// Makes the access to va possible, as the region that holds it says. Serves user traps and the
// kernel's own accesses to user memory. The caller holds no lock and no open transaction; may
// sleep. 0 (access again); -EFAULT (no region, or it does not allow that); -ENOMEM; -EINTR (killed
// meanwhile); of files, too: -ENXIO (beyond the end); -EIO; -ENOSPC (a hole that cannot be filled).
int vm_fault(struct addrspace *as, uaddr_t va, enum access access);

// Resolves va as above and takes a reference on its frame, which the caller puts: for kernel code
// that needs the page to stay where it is. *page is 0 after an error. *shared: others see stores
// into that memory, too.
struct page;
int vm_pin(struct addrspace *as, uaddr_t va, enum access access, struct page **page, bool *shared);
// Whether va is mapped to that page at this moment. Needs no lock.
bool vm_maps(struct addrspace *as, uaddr_t va, const struct page *page);

// Says in words what the program did that vm_fault refused with -EFAULT; sp: its stack pointer
// then.
const char *vm_explain(struct addrspace *as, uaddr_t va, enum access access, uaddr_t sp);

#endif
