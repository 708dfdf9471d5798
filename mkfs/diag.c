// Messages of the image tools. See the header.
#include "mkfs/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program_name = "image tool";
static int status_of_fail = 1;

void diag_init(const char *program, int fail_status)
{
    program_name = program;
    status_of_fail = fail_status;
}

_Noreturn void fail(const char *format, ...)
{
    va_list args;

    fflush(stdout); // what was said before comes first
    fprintf(stderr, "%s: ", program_name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(status_of_fail);
}

void *must_calloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        fail("out of memory");
    return memory;
}

void close_stdout(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("cannot write the output: %s", strerror(errno));
}
