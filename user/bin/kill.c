// kill pid...: ends processes. A negative number -n stands for all processes of group n.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2)
        usage("kill pid...");
    for (int i = 1; i < argc; i++) {
        long pid;
        if (parse_long(argv[i], &pid) < 0 || pid != (int)pid)
            usage("kill pid...");
        if (kill(pid) < 0) {
            complain("kill: cannot kill %s", argv[i]);
            status = 1;
        }
    }
    return status;
}
