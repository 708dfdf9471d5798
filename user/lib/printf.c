// Formatted output as user.h declares it.
#include "user/lib/format.h"
#include "user/user.h"

int printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = lib_format_fd(1, format, args);
    va_end(args);
    return n;
}

int fprintf(int fd, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = lib_format_fd(fd, format, args);
    va_end(args);
    return n;
}
