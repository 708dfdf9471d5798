// Reaching user memory. The kernel runs on the process's kernel root, so these follow the user's
// own addresses; the processor checks them, and a page fault is served by vm_fault and retried.
//
// The caller holds no lock and no open transaction (asserted in the debug build).
#ifndef KERNEL_VM_UACCESS_H
#define KERNEL_VM_UACCESS_H

#include "kernel/lib/kdef.h"

// Copy n bytes from or to user memory of the address space in use. 0, or -EFAULT (what lay
// before the bad address has been copied), as if nothing had been asked for when n is 0.
int copyin(void *dst, uaddr_t src, size_t n);
int copyout(uaddr_t dst, const void *src, size_t n);

// As these, but return how many bytes were copied before the first bad address.
size_t copyin_partial(void *dst, uaddr_t src, size_t n);
size_t copyout_partial(uaddr_t dst, const void *src, size_t n);

// How many bytes from addr on, at most n, could be stored to just now, up to a page where that is
// not possible. Changes none of them. For what must be known before something is taken that cannot
// be given back.
size_t uaccess_writable(uaddr_t addr, size_t n);

// Copies a string with the 0 at its end into dst of max bytes. Returns its length without the 0;
// -ENAMETOOLONG if no 0 is among the first max bytes; -EFAULT.
int64 copyinstr(char *dst, uaddr_t src, size_t max);

// Asked by the kernel's trap handler: true if pc lies in the access code; *landing is then where
// to go on if the fault cannot be served.
bool uaccess_pc(uint64 pc, uint64 *landing);

#endif
