// touch file...: makes each file that does not exist yet. It is empty.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    int status = 0;

    refuse_option(argv[1], "touch file...");
    if (argc < 2)
        usage("touch file...");
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_WRONLY | O_CREATE);
        if (fd < 0) {
            complain("touch: cannot open %s", argv[i]);
            status = 1;
        } else {
            close(fd);
        }
    }
    return status;
}
