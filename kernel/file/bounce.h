// Kernel memory on the way between user memory and a file: for data that must be whole before
// anything is locked, and for devices, which see kernel memory only.
#ifndef KERNEL_FILE_BOUNCE_H
#define KERNEL_FILE_BOUNCE_H

#include "kernel/file/file.h"

// Passes up to n bytes between kernel memory at data and user memory at addr: how many or -E....
typedef int64 (*bounce_fn)(struct file *f, char *data, uaddr_t addr, size_t n);

// Calls some for n bytes in pieces of at most `most` bytes, or of less if memory is short, until
// one passes less than a whole piece, or the caller has been killed. How many bytes have passed;
// else -ENOMEM or some's error.
int64 bounce(struct file *f, uaddr_t addr, size_t n, size_t most, bounce_fn some);

#define BOUNCE_ORDER_MAX 4 // pieces of up to 64 KiB

#endif
