// mv old new: renames a file or directory. If `new` is a directory, it goes into it.
#include "kernel/stat.h"
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    struct stat st;
    char inside[MAXPATH];

    refuse_option(argv[1], "mv old new");
    if (argc != 3)
        usage("mv old new");

    // Into a directory: under its own name.
    const char *to = argv[2];
    if (stat(to, &st) == 0 && st.type == T_DIR) {
        if (join_path(inside, to, last_name(argv[1])) < 0)
            fail("mv: %s", to);
        to = inside;
    }
    if (rename(argv[1], to) < 0)
        fail("mv: cannot rename %s to %s", argv[1], to);
    return 0;
}
