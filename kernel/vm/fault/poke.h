// Writing into an address space from outside, as a debugger does.
#ifndef KERNEL_VM_FAULT_POKE_H
#define KERNEL_VM_FAULT_POKE_H

#include "kernel/vm/addrspace.h"

// Writes n bytes of the kernel's to [va, va + n) of as, which lies in one page. If a private region
// does not allow writing, the space gets a copy of the page, and the entry gets no right: the
// original stays as it was.
// No lock is held; may sleep. 0; -EFAULT: no region, a shared region that does not allow writing,
// beyond a file's end; -ENOMEM; -EIO; -ENOSPC; -EINTR: the caller was killed.
int vm_poke(struct addrspace *as, uaddr_t va, const void *from, size_t n);

#endif
