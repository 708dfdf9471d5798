// Memory and strings. No function here allocates or keeps state. The functions with names of the C
// library do what they do there (the compiler calls them, too). Filling and copying goes by words
// of eight bytes, except when memmove moves bytes upwards between places that overlap.
#ifndef KERNEL_LIB_STRING_H
#define KERNEL_LIB_STRING_H

#include "kernel/lib/kdef.h"

void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);

// The same for one page, page-aligned: faster.
void page_zero(void *page);
void page_copy(void *dst, const void *src);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

// Copies src to dst, which has size bytes, and ends it by a 0. A string that does not fit is cut.
// Returns strlen(src).
size_t strlcpy(char *dst, const char *src, size_t size);

#endif
