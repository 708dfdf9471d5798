// Memory and strings. No function here allocates or keeps state. memset, memmove, memcpy and
// memcmp have the C library's meaning (the compiler calls them too). What fills and what copies
// works by words, but for a move upwards within one place.
#ifndef KERNEL_LIB_STRING_H
#define KERNEL_LIB_STRING_H

#include "kernel/lib/kdef.h"

void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);

// One page, page-aligned: the fastest ways.
void page_zero(void *page);
void page_copy(void *dst, const void *src);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

// Copies src to dst of size bytes, cut if need be, always ended by a 0; returns strlen(src).
size_t strlcpy(char *dst, const char *src, size_t size);

#endif
