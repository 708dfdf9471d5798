// forkbomb: all processes fork without end, until Ctrl-C ends them all. Prints a line when a fork
// has failed for the first time.
#include "user/user.h"

int main(void)
{
    int first = getpid();
    int told = 0;
    for (;;) {
        if (fork() >= 0)
            continue;
        if (!told && getpid() == first)
            perror("forkbomb: fork");
        told = 1;
    }
}
