// dorphan: removes its current directory, and waits until the machine is stopped. The next boot
// must free the inode of that directory.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("dorphan");
    if (mkdir("dd") < 0 || chdir("dd") < 0)
        fail("dorphan: cannot make dd");
    if (unlink("../dd") < 0)
        fail("dorphan: cannot remove dd");
    sync();
    printf("wait for kill and reclaim\n");
    for (;;)
        pause(1000);
}
