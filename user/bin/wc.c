// wc [file...]: lines, words and bytes of files, or of standard input.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static char buf[16384];

static int count(int fd, const char *name)
{
    uint64 lines = 0, words = 0, bytes = 0;
    int in_word = 0, n;
    while ((n = read(fd, buf, sizeof(buf))) > 0) {
        bytes += n;
        for (int i = 0; i < n; i++) {
            lines += buf[i] == '\n';
            int blank = isspace(buf[i]) || buf[i] == 0;
            words += !blank && !in_word;
            in_word = !blank;
        }
    }
    if (n < 0) {
        complain("wc: cannot read %s", name);
        return 1;
    }
    printf("%lu %lu %lu %s\n", lines, words, bytes, name);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    refuse_option(argv[1], "wc [file...]");
    if (argc < 2)
        return count(0, "");
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            complain("wc: cannot open %s", argv[i]);
            status = 1;
            continue;
        }
        status |= count(fd, argv[i]);
        close(fd);
    }
    return status;
}
