// String and number helpers beyond those of user.h: see user/lib/util.h.
#include "user/lib/util.h"

char *strcat(char *to, const char *from)
{
    strcpy(to + strlen(to), from);
    return to;
}

char *strncpy(char *to, const char *from, size_t n)
{
    size_t i = 0;

    for (; i < n && from[i]; i++)
        to[i] = from[i];
    for (; i < n; i++)
        to[i] = 0;
    return to;
}

char *strrchr(const char *s, int c)
{
    const char *found = NULL;

    // The 0 at the end is a character of the string, too: strrchr(s, 0) finds it.
    do {
        if (*s == (char)c)
            found = s;
    } while (*s++);
    return (char *)found;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++) {
        if (*a != *b)
            return (uchar)*a - (uchar)*b;
        if (*a == 0)
            break;
    }
    return 0;
}

char *strstr(const char *s, const char *what)
{
    size_t n = strlen(what);

    for (;; s++) {
        if (strncmp(s, what, n) == 0)
            return (char *)s;
        if (*s == 0)
            return NULL;
    }
}

int isdigit(int c) { return c >= '0' && c <= '9'; }

int isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int isalpha(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int isprint(int c) { return c >= ' ' && c <= '~'; }

// The value of a digit in bases up to 36; 99: this is no digit.
static int digit_value(int c)
{
    if (isdigit(c))
        return c - '0';
    if (isalpha(c))
        return (c | 0x20) - 'a' + 10;
    return 99;
}

long strtol(const char *s, char **end, int base)
{
    const char *start = s;

    // Blanks and a sign.
    while (isspace(*s))
        s++;
    int negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;

    // 0x is skipped only if a digit follows. Base 0: the number tells its base.
    int hex = s[0] == '0' && (s[1] | 0x20) == 'x' && digit_value(s[2]) < 16;
    if (hex && (base == 0 || base == 16)) {
        s += 2;
        base = 16;
    } else if (base == 0) {
        base = *s == '0' ? 8 : 10;
    }

    // The digits. A number that is too large becomes the largest one.
    const uint64 limit = negative ? 1UL << 63 : ~0UL >> 1;
    uint64 value = 0;
    int digits = 0;
    for (; digit_value(*s) < base; s++, digits++) {
        uint64 digit = digit_value(*s);
        if (value > (limit - digit) / base) {
            errno = ERANGE;
            value = limit;
        } else if (value != limit) {
            value = value * base + digit;
        }
    }
    if (end)
        *end = (char *)(digits > 0 ? s : start);
    return negative ? -value : value;
}

int parse_long(const char *s, long *value)
{
    char *end;
    int before = errno;
    int hex = s[0] == '0' && (s[1] | 0x20) == 'x';

    errno = 0;
    *value = strtol(s, &end, hex ? 16 : 10);
    if (end == s || *end != 0 || errno != 0) {
        errno = EINVAL;
        return -1;
    }
    errno = before;
    return 0;
}
