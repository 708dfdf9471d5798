// mkdir directory...: makes directories.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    int status = 0;

    refuse_option(argv[1], "mkdir directory...");
    if (argc < 2)
        usage("mkdir directory...");
    for (int i = 1; i < argc; i++) {
        if (mkdir(argv[i]) < 0) {
            complain("mkdir: cannot make %s", argv[i]);
            status = 1;
        }
    }
    return status;
}
