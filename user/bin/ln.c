// ln [-s] old new: gives file `old` the name `new`, too. -s: makes `new` a symbolic link to `old`.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    int symbolic = argc > 1 && strcmp(argv[1], "-s") == 0;
    int names = symbolic ? argc - 2 : argc - 1;

    if (names != 2 || (!symbolic && argv[1][0] == '-'))
        usage("ln [-s] old new");

    const char *old = argv[argc - 2], *new = argv[argc - 1];
    int result = symbolic ? symlink(old, new) : link(old, new);
    if (result < 0)
        fail("ln: cannot link %s to %s", new, old);
    return 0;
}
