// head [-n lines] [file]: the first lines (10) of a file or of standard input.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    static char buf[4096];
    long lines = 10;
    int fd = 0, i = 1;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        if (parse_long(argv[2], &lines) < 0 || lines < 0)
            usage("head [-n lines] [file]");
        i = 3;
    }
    if (argc > i + 1 || (argc > i && argv[i][0] == '-'))
        usage("head [-n lines] [file]");
    if (argc > i) {
        fd = open(argv[i], O_RDONLY);
        if (fd < 0)
            fail("head: cannot open %s", argv[i]);
    }

    while (lines > 0) {
        int n = read(fd, buf, sizeof(buf));
        if (n <= 0)
            break;

        // Of these n bytes, only those up to the last newline that is wanted.
        int used = 0;
        for (; used < n && lines > 0; used++)
            if (buf[used] == '\n')
                lines--;
        if (write_all(1, buf, used) < 0)
            fail("head: write error");
    }
    return 0;
}
