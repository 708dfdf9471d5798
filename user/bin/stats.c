// stats: prints the kernel's counters and what happened to its locks since boot.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("stats");
    print_statistics("");
    return 0;
}
