// Kernel memory on the way between user memory and a file: for data that must be whole before
// anything is locked, and for devices, which see kernel memory only.
#ifndef KERNEL_FILE_BOUNCE_H
#define KERNEL_FILE_BOUNCE_H

#include "kernel/file/file.h"

// Passes up to n bytes between kernel memory at data and user memory at addr. Returns how many, or
// -E....
typedef int64 (*bounce_fn)(struct file *f, char *data, uaddr_t addr, size_t n);

// Calls some for the n bytes at addr in pieces of at most `most` bytes, or of fewer if memory is
// short. It ends when some passes less than a whole piece, or the caller has been killed. Returns
// how many bytes have passed; if none: -ENOMEM or some's error.
int64 bounce(struct file *f, uaddr_t addr, size_t n, size_t most, bounce_fn some);

#define BOUNCE_ORDER_MAX 4 // pieces of up to 64 KiB

#endif
