// Messages of the image tools: "PROGRAM: what is wrong", on standard error.
#ifndef MKFS_DIAG_H
#define MKFS_DIAG_H

#include <stddef.h>

// Names the program, and says with which status fail ends it.
void diag_init(const char *program, int fail_status);

// Prints the message and ends the program.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Zeroed memory for count things of that size, or fail.
void *must_calloc(size_t count, size_t size);

// Flushes standard output; fails if anything written there was lost.
void close_stdout(void);

#endif
