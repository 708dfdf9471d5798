// trace [-v] mask command [argument...]: runs a command and has the kernel print its system calls,
// those whose bit (1 << number, kernel/syscall.h) is set in the mask. With -v the kernel prints
// their arguments, too, when they begin.
#include "user/lib/util.h"

#define USAGE "trace [-v] mask command [argument...]"

int main(int argc, char **argv)
{
    int verbose = 0;
    long mask;

    if (argc > 1 && strcmp(argv[1], "-v") == 0) {
        verbose = 1;
        argc--;
        argv++;
    }
    if (argc < 3 || parse_long(argv[1], &mask) < 0)
        usage(USAGE);
    if (verbose && trace_verbose(1) < 0)
        fail("trace_verbose");
    if (trace(mask) < 0)
        fail("trace");
    exec(argv[2], argv + 2);
    fail("trace: exec %s failed", argv[2]);
}
