// The engine behind printf and its relatives.
#ifndef USER_LIB_FORMAT_H
#define USER_LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

// Writes to fd. Returns the number of bytes; -1 if they could not be written.
int lib_format_fd(int fd, const char *format, va_list args);
// Writes into buf[size] what fits, and a 0 behind it. Returns the length of the whole text.
int lib_format_string(char *buf, size_t size, const char *format, va_list args);

#endif
