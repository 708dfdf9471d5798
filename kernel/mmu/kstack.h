// Kernel stacks: where each thread runs while it is in the kernel.
//
// A stack has a place of 32 KiB of addresses. The lower half of the place is never mapped, so a
// stack that overflows meets a hole; the upper half is the stack.
#ifndef KERNEL_MMU_KSTACK_H
#define KERNEL_MMU_KSTACK_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

#define KSTACKS (NPROC + NCPU + 8)

// Boot: the place that ends at top may be used. entries: those of the stack's pages, all invalid,
// in the table that the roots of all address spaces share.
void kstack_add(vaddr_t top, uint64 *entries);

// A stack: its upper end; 0: no place or no memory is left. Interrupts are on (but at boot), and
// the caller holds no spinlock: all harts may have to flush.
vaddr_t kstack_alloc(void);
void kstack_free(vaddr_t top);

// Where the n last bytes of the stack that ends at top lie in the linear map of RAM. n is at most a
// page.
void *kstack_last_bytes(vaddr_t top, size_t n);

// True if va lies on a kernel stack, on a page that is mapped. A load or store that faults there
// has met what its hart remembers from before the page was mapped: after a flush the hart can
// repeat it.
bool kstack_is_mapped(vaddr_t va);

#endif
