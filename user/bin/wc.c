// wc [file...]: prints how many lines, words and bytes a file has, or standard input.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static char buf[16384];

static int count(int fd, const char *name)
{
    uint64 lines = 0, words = 0, bytes = 0;
    int in_word = 0;

    for (;;) {
        int n = read(fd, buf, sizeof(buf));
        if (n < 0) {
            complain("wc: cannot read %s", name);
            return 1;
        }
        if (n == 0)
            break;

        // A word is counted where it begins. It may continue in the next part of the file.
        bytes += n;
        for (int i = 0; i < n; i++) {
            int blank = isspace(buf[i]) || buf[i] == 0;
            if (buf[i] == '\n')
                lines++;
            if (!blank && !in_word)
                words++;
            in_word = !blank;
        }
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
