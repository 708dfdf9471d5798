// dorphan: removes the directory that it is in, and waits for the machine to be stopped: the next
// boot must reclaim the inode.
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
