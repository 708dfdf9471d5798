// zombie: makes a child that ends first, and then ends without waiting for the child. init must
// take the status of the child, so that nothing is left of it.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("zombie");
    int pid = fork();
    if (pid < 0)
        fail("zombie: fork failed");
    if (pid > 0)
        pause(5); // the child ends meanwhile
    return 0;
}
