// trace mask command [argument...]: runs a command and has the kernel print its system calls, those
// whose bit (1 << number, kernel/syscall.h) is set in the mask.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    long mask;
    if (argc < 3 || parse_long(argv[1], &mask) < 0)
        usage("trace mask command [argument...]");
    if (trace(mask) < 0)
        fail("trace");
    exec(argv[2], argv + 2);
    fail("trace: exec %s failed", argv[2]);
}
