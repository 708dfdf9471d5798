// Formatted text. This folder only formats: where text goes is a hook, set by
// boot/upcalls.c.
//
// Formats: %d %u %x %p %c %s %% with the flags - and 0, a width, and l, ll, z before d, u, x.
// %p prints 0x and 16 digits. Text printed by one call reaches the output in one piece.
#ifndef KERNEL_LIB_PRINT_H
#define KERNEL_LIB_PRINT_H

#include "kernel/lib/kdef.h"

#define PRINT_MAX 512 // bytes of one kprintf

// Sends what kprintf prints, n <= PRINT_MAX bytes. NULL, as at first: the text is lost.
extern void (*print_output)(const char *text, size_t n);

// Prints at most PRINT_MAX bytes; returns how many.
int kprintf(const char *format, ...) printflike(1, 2);

// As in C99: writes at most size bytes, the last of which is a 0. Returns the length that the text
// would have without that limit.
int ksnprintf(char *buf, size_t size, const char *format, ...) printflike(3, 4);
int kvsnprintf(char *buf, size_t size, const char *format, va_list args);

#endif
