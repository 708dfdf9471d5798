// cat [file...]: copies files, or standard input, to standard output.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static char buf[16384];

static int copy(int fd, const char *name)
{
    int n;
    while ((n = read(fd, buf, sizeof(buf))) > 0)
        if (write_all(1, buf, n) < 0)
            fail("cat: write error");
    if (n < 0)
        complain("cat: cannot read %s", name);
    return n < 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    refuse_option(argv[1], "cat [file...]");
    if (argc < 2)
        return copy(0, "standard input");
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            complain("cat: cannot open %s", argv[i]);
            status = 1;
            continue;
        }
        status |= copy(fd, argv[i]);
        close(fd);
    }
    return status;
}
