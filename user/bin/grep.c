// grep [-inv] pattern [file...]: prints the lines that match a pattern.
//
// A pattern is made of characters, `.` (any character), [abc], [a-z], [^...] and \c (c itself);
// each may be followed by `*` (any number of it) or `+` (one or more); ^ at the beginning and $ at
// the end anchor it. Options: i ignore case, n line numbers, v lines that do not match.
// Exit status: 0 something matched, 1 nothing, 2 an error.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static int ignore_case, numbers, invert;

static int fold(int c) { return ignore_case && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

// Where the element (one character's worth of pattern) at p ends.
static const char *element_end(const char *p)
{
    if (*p == '\\' && p[1])
        return p + 2;
    if (*p == '[') {
        const char *q = p + 1;
        if (*q == '^')
            q++;
        if (*q == ']')
            q++;
        while (*q && *q != ']')
            q++;
        if (*q)
            return q + 1;
    }
    return p + 1;
}

static int match_set(const char *p, const char *end, int c)
{
    int negate = *p == '^', found = 0;
    p += negate;
    for (; p < end; p++) {
        int low = (uchar)*p, high = low;
        if (p + 2 < end && p[1] == '-')
            high = (uchar)p[2], p += 2;
        found |= fold(c) >= fold(low) && fold(c) <= fold(high);
    }
    return found != negate;
}

static int match_element(const char *p, const char *end, int c)
{
    if (*p == '\\' && end - p == 2)
        return fold(p[1]) == fold(c);
    if (*p == '[' && end - p > 2)
        return match_set(p + 1, end - 1, c);
    return *p == '.' || fold(*p) == fold(c);
}

// Whether the pattern matches at the beginning of [s, end).
static int match_here(const char *p, const char *s, const char *end)
{
    while (*p) {
        if (*p == '$' && p[1] == 0)
            return s == end;
        const char *next = element_end(p);
        if (*next == '*' || *next == '+') {
            const char *t = s;
            while (t < end && match_element(p, next, (uchar)*t))
                t++;
            for (; t >= s + (*next == '+'); t--)
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

// Returns how many lines were printed; -1 on an error.
static int grep(const char *pattern, int fd)
{
    static char *buf;
    static int size;
    int used = 0, found = 0, number = 0, n;
    for (;;) {
        if (size - used < 2) {
            char *bigger = realloc(buf, size ? size * 2 : 16384);
            if (bigger == 0)
                return -1;
            buf = bigger;
            size = size ? size * 2 : 16384;
        }
        if ((n = read(fd, buf + used, size - used - 1)) < 0)
            return -1;
        if (n == 0 && used > 0) // the last line may lack its newline
            buf[used] = '\n', n = 1;
        if (n == 0)
            return found;
        int start = 0;
        for (int i = used; i < used + n; i++) {
            if (buf[i] == '\n') {
                found += grep_line(pattern, buf + start, i - start, ++number);
                start = i + 1;
            }
        }
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
    int i = 1, found = 0, error = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        set_options(argv[i] + 1);
    if (i >= argc)
        usage("grep [-inv] pattern [file...]");
    const char *pattern = argv[i++];
    if (i == argc) {
        found = grep(pattern, 0);
        error = found < 0;
    }
    for (; i < argc; i++) {
        int n = grep_file(pattern, argv[i]);
        if (n < 0)
            error = 1;
        else
            found += n;
    }
    return error ? 2 : found == 0;
}
