// Messages of the image tools: "PROGRAM: what is wrong", on standard error.
#ifndef MKFS_DIAG_H
#define MKFS_DIAG_H

#include <stddef.h>

// Sets the name of the program, and the status with which fail ends it.
void diag_init(const char *program, int fail_status);

// Prints the message and ends the program.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Returns memory for count objects of that size, all zero. Fails if there is none.
void *must_calloc(size_t count, size_t size);

// Flushes standard output. Fails if something that was written there is lost.
void close_stdout(void);

#endif
