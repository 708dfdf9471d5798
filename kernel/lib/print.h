// Formatted text. This folder only formats: where text goes is a hook that dev/console sets.
//
// Formats: %d %i %u %x %X %p %c %s %% with the flags - and 0, a width (or *), and h, l, ll, z.
// %.ns and %.*s print at most n bytes of a string. %p prints 0x and 16 digits. Text printed by one
// call reaches the output in one piece.
#ifndef KERNEL_LIB_PRINT_H
#define KERNEL_LIB_PRINT_H

#include "kernel/lib/kdef.h"

typedef void (*print_output_fn)(const char *text, size_t n);

// Sends what kprintf prints to out from now on (before: it is dropped).
void print_set_output(print_output_fn out);

// Prints at most 512 bytes; returns how many.
int kprintf(const char *format, ...) printflike(1, 2);
int kvprintf(const char *format, va_list args);

// As in C99: writes at most size bytes, the last a 0; returns the length the text would have.
int ksnprintf(char *buf, size_t size, const char *format, ...) printflike(3, 4);
int kvsnprintf(char *buf, size_t size, const char *format, va_list args);

// Text that grows in a buffer of fixed size; what does not fit is left out. For device files.
struct textbuf {
    char *buf;
    size_t size; // of buf
    size_t len;  // used
};
void text_printf(struct textbuf *t, const char *format, ...) printflike(2, 3);

#endif
