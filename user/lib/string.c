// Strings and memory, as far as user.h declares them. Long ranges are moved by words of eight
// bytes: first single bytes up to an aligned address, then four words at a time, then words, then
// the rest.
#include "user/user.h"

#define WORD sizeof(uint64)

// A word of memory that may belong to an object of any type.
typedef uint64 __attribute__((may_alias)) word_t;

// Whether both addresses reach a multiple of WORD after the same number of bytes.
static int same_alignment(const void *a, const void *b)
{
    return (((uint64)a ^ (uint64)b) & (WORD - 1)) == 0;
}

void *memset(void *to, int c, size_t n)
{
    uchar *p = to;

    for (; n > 0 && (uint64)p % WORD != 0; n--)
        *p++ = c;

    uint64 pattern = (uchar)c * 0x0101010101010101UL;
    for (; n >= 4 * WORD; n -= 4 * WORD, p += 4 * WORD) {
        word_t *w = (word_t *)p;
        w[0] = w[1] = w[2] = w[3] = pattern;
    }
    for (; n >= WORD; n -= WORD, p += WORD)
        *(word_t *)p = pattern;
    for (; n > 0; n--)
        *p++ = c;
    return to;
}

// Copies from the first byte to the last.
static void copy_up(uchar *to, const uchar *from, size_t n)
{
    if (same_alignment(to, from)) {
        for (; n > 0 && (uint64)to % WORD != 0; n--)
            *to++ = *from++;
        for (; n >= 4 * WORD; n -= 4 * WORD, to += 4 * WORD, from += 4 * WORD) {
            word_t *t = (word_t *)to;
            const word_t *f = (const word_t *)from;
            word_t a = f[0], b = f[1], c = f[2], d = f[3];
            t[0] = a;
            t[1] = b;
            t[2] = c;
            t[3] = d;
        }
        for (; n >= WORD; n -= WORD, to += WORD, from += WORD)
            *(word_t *)to = *(const word_t *)from;
    }
    for (; n > 0; n--)
        *to++ = *from++;
}

// Copies from the last byte to the first.
static void copy_down(uchar *to, const uchar *from, size_t n)
{
    to += n;
    from += n;
    if (same_alignment(to, from)) {
        for (; n > 0 && (uint64)to % WORD != 0; n--)
            *--to = *--from;
        for (; n >= WORD; n -= WORD) {
            to -= WORD;
            from -= WORD;
            *(word_t *)to = *(const word_t *)from;
        }
    }
    for (; n > 0; n--)
        *--to = *--from;
}

void *memmove(void *to, const void *from, size_t n)
{
    // Ranges may overlap. Upwards is wrong only if `to` lies within the n bytes from `from` on: a
    // byte would be overwritten before it is read. Below `from`, the difference is a huge number.
    if ((uint64)to - (uint64)from >= n)
        copy_up(to, from, n);
    else
        copy_down(to, from, n);
    return to;
}

void *memcpy(void *to, const void *from, size_t n) { return memmove(to, from, n); }

int memcmp(const void *a, const void *b, size_t n)
{
    const uchar *x = a, *y = b;

    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

char *strcpy(char *to, const char *from)
{
    char *p = to;

    while ((*p++ = *from++) != 0)
        ;
    return to;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (*s == 0)
            return NULL;
    return (char *)s;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (uchar)*a - (uchar)*b;
}

uint strlen(const char *s)
{
    const char *p = s;

    while (*p)
        p++;
    return p - s;
}
