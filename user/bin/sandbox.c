// sandbox mask path command [argument...]: runs a command for which the kernel refuses the system
// calls of the mask (bit 1 << number; kernel/syscall.h has the numbers). open and exec stay allowed
// for exactly this path (-: for none).
#include "user/lib/util.h"

static void run(int mask, const char *path, char **command)
{
    if (interpose(mask, path) < 0)
        fail("sandbox: interpose failed");
    exec(command[0], command);
    fail("sandbox: exec %s failed", command[0]);
}

int main(int argc, char **argv)
{
    long mask;
    int status;

    if (argc < 4 || parse_long(argv[1], &mask) < 0 || mask != (int)mask)
        usage("sandbox mask path command [argument...]");
    int pid = fork();
    if (pid < 0)
        fail("sandbox: fork failed");
    if (pid == 0)
        run(mask, argv[2], argv + 3);
    wait(&status);
    return status;
}
