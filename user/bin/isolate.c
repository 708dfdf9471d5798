// isolate 0|1 command [argument...]: runs a command. In user mode the command runs on its kernel
// root (0, shared) or on its user root (1, isolated).
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    if (argc < 3 || (strcmp(argv[1], "0") != 0 && strcmp(argv[1], "1") != 0))
        usage("isolate 0|1 command [argument...]");
    if (isolate(argv[1][0] == '1') < 0)
        fail("isolate");
    exec(argv[2], argv + 2);
    fail("isolate: exec %s failed", argv[2]);
}
