// Kernel memory on the way between user memory and a file: for data that must be whole before
// anything is locked, and for devices, which see kernel memory only.
#ifndef KERNEL_FILE_BOUNCE_H
#define KERNEL_FILE_BOUNCE_H

#include "kernel/lib/kdef.h"

struct page;

struct bounce {
    char *data;
    size_t size; // bytes at data
    struct page *page;
    char small[128]; // used if n is that small
};

// Gets memory for n bytes, or less (at least a page) if n is large or memory is short. 0; -ENOMEM.
int bounce_get(struct bounce *b, size_t n);
void bounce_put(struct bounce *b);

#define BOUNCE_ORDER_MAX 4 // 64 KiB

#endif
