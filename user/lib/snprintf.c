// The rest of formatted output: see user/lib/util.h.
#include "user/lib/format.h"
#include "user/lib/util.h"

int vfprintf(int fd, const char *format, va_list args) { return lib_format_fd(fd, format, args); }

int vprintf(const char *format, va_list args) { return lib_format_fd(1, format, args); }

int vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
    return lib_format_string(buf, size, format, args);
}

int snprintf(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = lib_format_string(buf, size, format, args);
    va_end(args);
    return n;
}
