// cat [file...]: copies files, or standard input, to standard output.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static char buf[16384];

// Copies an open file to standard output. Returns 1 if it could not be read.
static int copy(int fd, const char *name)
{
    for (;;) {
        int n = read(fd, buf, sizeof(buf));
        if (n == 0)
            return 0;
        if (n < 0) {
            complain("cat: cannot read %s", name);
            return 1;
        }
        if (write_all(1, buf, n) < 0)
            fail("cat: write error");
    }
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
