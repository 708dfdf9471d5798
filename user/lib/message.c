// Messages on standard error. Each is a single write, so that lines of different processes do not
// mix.
#include "user/lib/util.h"

#define LINE_MAX 512

static void complain_args(const char *format, va_list args)
{
    char line[LINE_MAX];
    vsnprintf(line, sizeof(line), format, args);
    fprintf(2, "%s: %s\n", line, strerror(errno));
}

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_args(format, args);
    va_end(args);
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_args(format, args);
    exit(1);
}

void usage(const char *line)
{
    fprintf(2, "usage: %s\n", line);
    exit(1);
}

void refuse_option(const char *arg, const char *line)
{
    if (arg && arg[0] == '-' && arg[1])
        usage(line);
}
