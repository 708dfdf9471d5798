// stats: prints the kernel's counters and, for its locks, how often they were taken and how often
// an attempt to take them has failed, since boot.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("stats");
    print_statistics("");
    return 0;
}
