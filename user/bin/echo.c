// echo [word...]: prints its arguments, separated by blanks, as one line.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    static char line[ARGMAX + 1];
    int n = 0;

    // The whole line first, so that it is one write.
    for (int i = 1; i < argc; i++) {
        int length = strlen(argv[i]);
        if (i > 1)
            line[n++] = ' ';
        memmove(line + n, argv[i], length);
        n += length;
    }
    line[n++] = '\n';
    return write_all(1, line, n) < 0;
}
