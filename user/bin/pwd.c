// pwd: the path of the current directory.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    char path[MAXPATH];

    (void)argv;
    if (argc != 1)
        usage("pwd");
    if (getcwd(path, sizeof(path)) == 0)
        fail("pwd");
    printf("%s\n", path);
    return 0;
}
