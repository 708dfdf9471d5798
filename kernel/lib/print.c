// Formatted text: one formatter, kvsnprintf, and a function for each place that text goes to.
//
// kprintf formats into a buffer on the stack and hands it over in one call, so that the text can be
// sent in one piece, and no lock is needed here.
#include "kernel/lib/print.h"

#include "kernel/lib/string.h"

#define WIDTH_MAX  1024 // of a field: keeps a wild width from costing much
#define DIGITS_MAX 32   // of a number with leading zeroes and sign; 2^64 - 1 has 20

// One conversion: %[flags][width][length]letter.
struct spec {
    bool left, zero, is_long;
    int width;
};

// The text so far.
struct text {
    char *buf;
    size_t size, len; // of buf; of the text, with what does not fit
};

void (*print_output)(const char *text, size_t n);

static void put_bytes(struct text *t, const char *bytes, size_t n)
{
    if (t->len < t->size)
        memcpy(t->buf + t->len, bytes, min_u64(n, t->size - t->len));
    t->len += n;
}

static void put_field(struct text *t, const struct spec *s, const char *bytes, size_t n)
{
    if (s->left)
        put_bytes(t, bytes, n);
    for (size_t fill = n; fill < (size_t)s->width; fill++)
        put_bytes(t, " ", 1);
    if (!s->left)
        put_bytes(t, bytes, n);
}

static void put_number(struct text *t, const struct spec *s, uint64 value, uint base,
                       bool is_signed)
{
    char digits[DIGITS_MAX];
    char *end = digits + DIGITS_MAX, *p = end;
    bool negative = is_signed && (int64)value < 0;
    int least = 1; // digits
    if (s->zero && !s->left)
        least = s->width;
    if (negative)
        least--; // the sign takes a place

    // From the last digit to the first.
    if (negative)
        value = -value;
    do {
        *--p = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0 || (end - p < least && end - p < DIGITS_MAX - 1));
    if (negative)
        *--p = '-';
    put_field(t, s, p, end - p);
}

static void put_string(struct text *t, const struct spec *s, const char *string)
{
    if (string == NULL)
        string = "(null)";
    put_field(t, s, string, strlen(string));
}

static void put_pointer(struct text *t, uint64 value)
{
    static const struct spec digits = {.zero = true, .width = 16};

    put_bytes(t, "0x", 2);
    put_number(t, &digits, value, 16, false);
}

static void put_conversion(struct text *t, const struct spec *s, char letter, va_list *args)
{
    char c = letter;
    const uint base = letter == 'x' ? 16 : 10;

    switch (letter) {
    case 'd':
        put_number(t, s, s->is_long ? va_arg(*args, long) : va_arg(*args, int), 10, true);
        break;
    case 'u':
    case 'x':
        put_number(t, s, s->is_long ? va_arg(*args, uint64) : va_arg(*args, uint), base, false);
        break;
    case 'p':
        put_pointer(t, va_arg(*args, uint64));
        break;
    case 's':
        put_string(t, s, va_arg(*args, const char *));
        break;
    case 'c':
        c = va_arg(*args, int);
        put_field(t, s, &c, 1);
        break;
    default: // "%%"; an unknown letter is printed without its percent sign
        put_bytes(t, &c, 1);
    }
}

// Reads what stands between '%' and the letter; returns where the letter is.
static const char *parse_spec(const char *f, struct spec *s)
{
    *s = (struct spec){0};
    for (; *f == '-' || *f == '0'; f++) {
        if (*f == '-')
            s->left = true;
        else
            s->zero = true;
    }
    for (; *f >= '0' && *f <= '9'; f++)
        s->width = min_u64(s->width * 10 + (*f - '0'), WIDTH_MAX);
    for (; *f == 'l' || *f == 'z'; f++)
        s->is_long = true;
    return f;
}

int kvsnprintf(char *buf, size_t size, const char *format, va_list args)
{
    struct text t = {.buf = buf, .size = size};
    struct spec s;

    for (const char *f = format; *f; f++) {
        if (*f != '%') {
            put_bytes(&t, f, 1);
            continue;
        }
        f = parse_spec(f + 1, &s);
        if (*f == 0)
            break;
        put_conversion(&t, &s, *f, &args);
    }
    if (size > 0)
        buf[min_u64(t.len, size - 1)] = 0;
    return t.len;
}

int ksnprintf(char *buf, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = kvsnprintf(buf, size, format, args);
    va_end(args);
    return n;
}

int kprintf(const char *format, ...)
{
    char buf[PRINT_MAX + 1];
    va_list args;

    va_start(args, format);
    int n = min_u64(kvsnprintf(buf, sizeof(buf), format, args), PRINT_MAX);
    va_end(args);
    if (print_output != NULL)
        print_output(buf, n);
    return n;
}
