// grep [-inv] pattern [file...]: prints the lines that match a pattern.
//
// A pattern is a sequence of elements. An element is a character, `.` (any character), a set
// ([abc], [a-z], or [^...] for all others), or \c (character c itself). `*` behind an element means
// any number of it, `+` one or more. ^ at the beginning of a pattern is the beginning of the line,
// and $ at the end is the end of the line. Options: -i ignores case, -n prints line numbers, -v
// prints the lines that do not match. Exit status: 0: a line was printed; 1: none; 2: an error.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static int ignore_case, numbers, invert;

// The character that stands for c in comparisons.
static int fold(int c)
{
    if (ignore_case && c >= 'A' && c <= 'Z')
        return c + ('a' - 'A');
    return c;
}

// The end of the element that begins at p. A [ without ] is an element of one character.
static const char *element_end(const char *p)
{
    if (*p == '\\' && p[1])
        return p + 2;
    if (*p == '[') {
        const char *q = p + 1;
        if (*q == '^')
            q++;
        if (*q == ']') // as the first of a set it is a character
            q++;
        while (*q && *q != ']')
            q++;
        if (*q)
            return q + 1;
    }
    return p + 1;
}

// Whether c is in the set whose characters, without the brackets, are p up to end.
static int match_set(const char *p, const char *end, int c)
{
    int negate = *p == '^', found = 0;

    if (negate)
        p++;
    for (; p < end; p++) {
        int low = (uchar)*p, high = low;
        if (p + 2 < end && p[1] == '-') {
            high = (uchar)p[2];
            p += 2;
        }
        if (fold(c) >= fold(low) && fold(c) <= fold(high))
            found = 1;
    }
    return found != negate;
}

// Whether c matches the element that is p up to end.
static int match_element(const char *p, const char *end, int c)
{
    if (*p == '\\' && end - p == 2)
        return fold(p[1]) == fold(c);
    if (*p == '[' && end - p > 2)
        return match_set(p + 1, end - 1, c);
    return *p == '.' || fold(*p) == fold(c);
}

// Whether the pattern matches a text that begins at s and lies before end.
static int match_here(const char *p, const char *s, const char *end)
{
    while (*p) {
        if (*p == '$' && p[1] == 0)
            return s == end;

        const char *next = element_end(p);
        if (*next == '*' || *next == '+') {
            const char *least = *next == '+' ? s + 1 : s;
            const char *t = s;

            // Take as many as there are, then one less each time, until the rest matches, too.
            while (t < end && match_element(p, next, (uchar)*t))
                t++;
            for (; t >= least; t--)
                if (match_here(next + 1, t, end))
                    return 1;
            return 0;
        }

        if (s == end || !match_element(p, next, (uchar)*s))
            return 0;
        p = next;
        s++;
    }
    return 1;
}

// Whether the pattern matches anywhere in the line from s to end.
static int match(const char *pattern, const char *s, const char *end)
{
    if (*pattern == '^')
        return match_here(pattern + 1, s, end);
    do {
        if (match_here(pattern, s, end))
            return 1;
    } while (s++ < end);
    return 0;
}

// Prints a line of n bytes and its newline, if it is wanted. Returns how many lines it has printed.
static int grep_line(const char *pattern, const char *line, int n, int number)
{
    if (match(pattern, line, line + n) == invert)
        return 0;
    if (numbers)
        printf("%d:", number);
    if (write_all(1, line, n + 1) < 0)
        fail("grep: write error");
    return 1;
}

// Greps an open file. Returns how many lines were printed, or -1 (errno).
//
// The buffer holds the beginning of a line that is not complete yet: used bytes. It grows until a
// whole line fits.
static int grep(const char *pattern, int fd)
{
    static char *buf;
    static int size;
    int used = 0, found = 0, number = 0;

    for (;;) {
        if (size - used < 2) {
            int bigger_size = size ? size * 2 : 16384;
            char *bigger = realloc(buf, bigger_size);
            if (bigger == NULL)
                return -1;
            buf = bigger;
            size = bigger_size;
        }

        // One byte stays free: the last line may have no newline, and gets one.
        int n = read(fd, buf + used, size - used - 1);
        if (n < 0)
            return -1;
        if (n == 0 && used > 0) {
            buf[used] = '\n';
            n = 1;
        }
        if (n == 0)
            return found;

        // Only the new bytes can have a newline.
        int start = 0;
        for (int i = used; i < used + n; i++) {
            if (buf[i] == '\n') {
                found += grep_line(pattern, buf + start, i - start, ++number);
                start = i + 1;
            }
        }

        // What follows the last newline waits for the next bytes.
        used += n - start;
        memmove(buf, buf + start, used);
    }
}

static int grep_file(const char *pattern, const char *name)
{
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        complain("grep: cannot open %s", name);
        return -1;
    }
    int found = grep(pattern, fd);
    if (found < 0)
        complain("grep: cannot read %s", name);
    close(fd);
    return found;
}

static void set_options(const char *letters)
{
    for (; *letters; letters++) {
        if (*letters == 'i')
            ignore_case = 1;
        else if (*letters == 'n')
            numbers = 1;
        else if (*letters == 'v')
            invert = 1;
        else
            usage("grep [-inv] pattern [file...]");
    }
}

int main(int argc, char **argv)
{
    int i = 1, found = 0, err = 0;

    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        set_options(argv[i] + 1);
    if (i >= argc)
        usage("grep [-inv] pattern [file...]");
    const char *pattern = argv[i];
    i++;

    if (i == argc) {
        found = grep(pattern, 0);
        err = found < 0;
    }
    for (; i < argc; i++) {
        int n = grep_file(pattern, argv[i]);
        if (n < 0)
            err = 1;
        else
            found += n;
    }

    if (err)
        return 2;
    return found == 0;
}
