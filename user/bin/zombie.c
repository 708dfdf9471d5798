// zombie: leaves a process that has ended before its parent, which ends without waiting for it:
// init must reap it.
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
