// bttest: has the kernel print the calls that lead to its system call backtrace.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("bttest");
    return backtrace() < 0;
}
