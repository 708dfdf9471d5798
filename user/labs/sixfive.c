// sixfive [file...]: prints the numbers in the files, or in standard input, that are multiples of 5
// or 6. A number is a word that has only digits. A word begins and ends at one of the SEPARATORS,
// or at the beginning or the end of a file. So in "no-30, xv6" 30 is a number, but 6 is not.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

#define SEPARATORS " -\r\t\n./,"

// A word, as much as was read of it:
//
//     EMPTY -> NUMBER or OTHER        the first character of a word
//     NUMBER -> TOO_LARGE or OTHER    a further character
//     any -> EMPTY                    a separator
struct word {
    enum { EMPTY, NUMBER, TOO_LARGE, OTHER } kind;
    uint64 value; // if it is a NUMBER
};

static int is_separator(char c) { return c != 0 && strchr(SEPARATORS, c) != NULL; }

static void add_char(struct word *w, char c)
{
    uint digit = c - '0';

    if (!isdigit(c))
        w->kind = OTHER;
    if (w->kind == EMPTY)
        *w = (struct word){NUMBER, 0};
    if (w->kind == NUMBER && w->value > (~0UL - digit) / 10)
        w->kind = TOO_LARGE;
    if (w->kind == NUMBER)
        w->value = w->value * 10 + digit;
}

// Prints the number if it is wanted. Returns 1 after a message: the number is too large.
static int end_word(struct word *w, const char *name)
{
    int bad = w->kind == TOO_LARGE;

    if (bad)
        fprintf(2, "sixfive: %s: a number is too large\n", name);
    if (w->kind == NUMBER && (w->value % 5 == 0 || w->value % 6 == 0))
        printf("%lu\n", w->value);
    w->kind = EMPTY;
    return bad;
}

// Scans an open file. Returns 0, or 1 after a message.
static int scan(int fd, const char *name)
{
    static char buf[4096];
    struct word word = {EMPTY, 0};
    int status = 0;

    for (;;) {
        int n = read(fd, buf, sizeof(buf));
        if (n < 0) {
            complain("sixfive: cannot read %s", name);
            return 1;
        }
        if (n == 0)
            break;

        // A word may continue in the next part of the file.
        for (int i = 0; i < n; i++) {
            if (is_separator(buf[i]))
                status |= end_word(&word, name);
            else
                add_char(&word, buf[i]);
        }
    }

    // The end of the file ends the last word.
    return status | end_word(&word, name);
}

static int scan_file(const char *name)
{
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        complain("sixfive: cannot open %s", name);
        return 1;
    }
    int status = scan(fd, name);
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;

    refuse_option(argv[1], "sixfive [file...]");
    if (argc < 2)
        return scan(0, "standard input");
    for (int i = 1; i < argc; i++)
        status |= scan_file(argv[i]);
    return status;
}
