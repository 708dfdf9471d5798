// What the tests of address spaces share.
#ifndef KERNEL_KTEST_SPACE_H
#define KERNEL_KTEST_SPACE_H

#include "kernel/ktest/ktest.h"
#include "kernel/lib/counter.h"
#include "kernel/mem/page.h"
#include "kernel/memlayout.h"
#include "kernel/vm/fault/fault.h"
#include "kernel/vm/space/asfork.h"
#include "kernel/vm/space/heap.h"
#include "kernel/vm/space/inspect.h"
#include "kernel/vm/space/space.h"

#define DATA (USERBASE + 16 * PGSIZE)

// A space with a region of untouched pages at DATA, readable and writable; 0: no memory.
struct addrspace *space_with_data(uint64 pages);

// Makes as the running thread's space; 0: none again.
void ktest_use_space(struct addrspace *as);

// The page that va is mapped to, 0 if none.
struct page *mapped_page(struct addrspace *as, uaddr_t va);
// Bytes of all its regions.
uint64 space_size(struct addrspace *as);

#endif
