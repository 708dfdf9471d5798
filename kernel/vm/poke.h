// Writing into an address space from outside, as a debugger does.
#ifndef KERNEL_VM_POKE_H
#define KERNEL_VM_POKE_H

#include "kernel/vm/addrspace.h"

// Writes n bytes of the kernel's to [va, va + n) of as, which lies in one page. Where a private
// region allows no writing, the page becomes the space's own, and its entry is as before: what it
// was a copy of stays as it was. No lock is held; may sleep. 0; -EFAULT: no region, a shared one
// that does not allow writing, beyond a file's end; -ENOMEM; -EIO; -ENOSPC; -EINTR: the caller was
// killed.
int vm_poke(struct addrspace *as, uaddr_t va, const void *from, size_t n);

#endif
