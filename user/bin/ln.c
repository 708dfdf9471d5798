// ln [-s] old new: gives a file another name; -s: makes new a symbolic link to old.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    int symbolic = argc > 1 && strcmp(argv[1], "-s") == 0;
    if (argc != 3 + symbolic || (!symbolic && argv[1][0] == '-'))
        usage("ln [-s] old new");
    const char *old = argv[1 + symbolic], *new = argv[2 + symbolic];
    if ((symbolic ? symlink(old, new) : link(old, new)) < 0)
        fail("ln: cannot link %s to %s", new, old);
    return 0;
}
