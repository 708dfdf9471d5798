// sync: ends when all changes of the file system are on the disk.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("sync");
    if (sync() < 0)
        fail("sync");
    return 0;
}
