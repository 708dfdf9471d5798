// Reaching user memory. The kernel runs on the process's kernel root, so these functions follow the
// user's own addresses. The processor checks each access; a page fault is served by vm_fault, and
// the access is repeated.
//
// The caller holds no lock and has no open transaction (asserted in the debug build).
#ifndef KERNEL_VM_FAULT_UACCESS_H
#define KERNEL_VM_FAULT_UACCESS_H

#include "kernel/lib/kdef.h"

// Copy n bytes from or to user memory of the address space in use. 0; -EFAULT: an address is bad,
// and the bytes before it have been copied. n may be 0: then no address is bad.
int copyin(void *dst, uaddr_t src, size_t n);
int copyout(uaddr_t dst, const void *src, size_t n);

// The same, but these return how many bytes were copied before the first bad address.
size_t copyin_partial(void *dst, uaddr_t src, size_t n);
size_t copyout_partial(uaddr_t dst, const void *src, size_t n);

// Returns how many bytes from addr on, at most n, can be stored to at this moment; changes none of
// them. For a caller that is about to take something (input, say) that it cannot give back.
size_t uaccess_writable(uaddr_t addr, size_t n);

// Copies a string with the 0 at its end into dst of max bytes. Returns its length without the 0;
// -ENAMETOOLONG if no 0 is among the first max bytes; -EFAULT.
int64 copyinstr(char *dst, uaddr_t src, size_t max);

// For the kernel's trap handler: true if pc lies in the access code. *landing is where that code
// goes on if the fault cannot be served.
bool uaccess_pc(uint64 pc, uint64 *landing);

#endif
