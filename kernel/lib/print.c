// Formatted text: one formatter, kvsnprintf, with a face for each place that text goes to.
//
// kprintf formats into a buffer on the stack and hands it over in one call, so that whoever sends
// it can keep it in one piece, and no lock is needed here.
#include "kernel/lib/print.h"

#include "kernel/lib/string.h"

#define PRINT_MAX 512  // bytes of one kprintf
#define WIDTH_MAX 4096 // of a field: keeps a wild width from costing much

enum length { LENGTH_SHORT, LENGTH_INT, LENGTH_LONG };

// One conversion: %[flags][width][.precision][length]letter.
struct spec {
    bool left, zero;
    int width;
    int precision; // of a string: bytes at most; -1: not given
    enum length length;
};

static print_output_fn output;

// Here, in contrast to text_printf, len counts what does not fit, too.
static void put(struct textbuf *t, const char *text, size_t n)
{
    if (t->len < t->size)
        memcpy(t->buf + t->len, text, min_u64(n, t->size - t->len));
    t->len += n;
}

static void put_fill(struct textbuf *t, char c, long n)
{
    for (; n > 0; n--)
        put(t, &c, 1);
}

// Puts sign and text into a field. Zeroes go between the two, blanks around them.
static void put_field(struct textbuf *t, const struct spec *s, const char *sign, const char *text,
                      size_t n)
{
    long fill = s->width - (long)(strlen(sign) + n);
    bool zeroes = s->zero && !s->left;

    if (!s->left && !zeroes)
        put_fill(t, ' ', fill);
    put(t, sign, strlen(sign));
    if (zeroes)
        put_fill(t, '0', fill);
    put(t, text, n);
    if (s->left)
        put_fill(t, ' ', fill);
}

static void put_number(struct textbuf *t, const struct spec *s, const char *sign, uint64 value,
                       uint base, const char *digits)
{
    char text[20]; // 2^64 - 1 has 20 decimal digits
    char *p = text + sizeof(text);

    do
        *--p = digits[value % base];
    while ((value /= base) != 0);
    put_field(t, s, sign, p, text + sizeof(text) - p);
}

static void put_signed(struct textbuf *t, const struct spec *s, va_list *args)
{
    int64 value = s->length == LENGTH_LONG ? va_arg(*args, long) : va_arg(*args, int);

    if (s->length == LENGTH_SHORT)
        value = (short)value;
    // Negated as unsigned: -INT64_MIN does not exist.
    put_number(t, s, value < 0 ? "-" : "", value < 0 ? -(uint64)value : (uint64)value, 10,
               "0123456789");
}

static void put_unsigned(struct textbuf *t, const struct spec *s, va_list *args, uint base,
                         const char *digits)
{
    uint64 value = s->length == LENGTH_LONG ? va_arg(*args, unsigned long) : va_arg(*args, uint);

    if (s->length == LENGTH_SHORT)
        value = (ushort)value;
    put_number(t, s, "", value, base, digits);
}

static void put_string(struct textbuf *t, struct spec *s, const char *text)
{
    if (!text)
        text = "(null)";
    s->zero = false;
    put_field(t, s, "", text, s->precision < 0 ? strlen(text) : strnlen(text, s->precision));
}

static void put_pointer(struct textbuf *t, const void *p)
{
    struct spec s = {.zero = true, .width = 18};

    put_number(t, &s, "0x", (uint64)p, 16, "0123456789abcdef");
}

static void put_conversion(struct textbuf *t, struct spec *s, char letter, va_list *args)
{
    char c = letter;

    switch (letter) {
    case 'd':
    case 'i':
        put_signed(t, s, args);
        break;
    case 'u':
        put_unsigned(t, s, args, 10, "0123456789");
        break;
    case 'x':
        put_unsigned(t, s, args, 16, "0123456789abcdef");
        break;
    case 'X':
        put_unsigned(t, s, args, 16, "0123456789ABCDEF");
        break;
    case 'p':
        put_pointer(t, va_arg(*args, void *));
        break;
    case 's':
        put_string(t, s, va_arg(*args, const char *));
        break;
    case 'c':
        c = va_arg(*args, int);
        s->zero = false;
        put_field(t, s, "", &c, 1);
        break;
    default: // "%%", and what nobody understands stays as it is
        if (letter != '%')
            put(t, "%", 1);
        put(t, &c, letter != 0);
    }
}

// A number in the format, or '*': the next argument. Moves *f behind it.
static int parse_number(const char **f, va_list *args)
{
    int n = 0;

    if (**f == '*') {
        (*f)++;
        n = va_arg(*args, int);
    } else {
        for (; **f >= '0' && **f <= '9'; (*f)++)
            if (n < WIDTH_MAX)
                n = n * 10 + (**f - '0');
    }
    if (n < -WIDTH_MAX)
        return -WIDTH_MAX;
    return n > WIDTH_MAX ? WIDTH_MAX : n;
}

// Reads what stands between '%' and the letter; returns where the letter is.
static const char *parse_spec(const char *f, struct spec *s, va_list *args)
{
    *s = (struct spec){.precision = -1, .length = LENGTH_INT};
    for (; *f == '-' || *f == '0'; f++) {
        s->left |= *f == '-';
        s->zero |= *f == '0';
    }
    s->width = parse_number(&f, args);
    if (s->width < 0) { // from '*'
        s->left = true;
        s->width = -s->width;
    }
    if (*f == '.') {
        f++;
        s->precision = parse_number(&f, args);
    }
    for (; *f == 'h' || *f == 'l' || *f == 'z'; f++)
        s->length = *f == 'h' ? LENGTH_SHORT : LENGTH_LONG;
    return f;
}

int kvsnprintf(char *buf, size_t size, const char *format, va_list args)
{
    struct textbuf t = {.buf = buf, .size = size};
    struct spec s;
    va_list rest; // a va_list parameter may be an array: only of a local one a pointer is portable

    va_copy(rest, args);
    for (const char *f = format; *f; f++) {
        const char *plain = f;
        while (*f && *f != '%')
            f++;
        put(&t, plain, f - plain);
        if (*f == 0)
            break;
        f = parse_spec(f + 1, &s, &rest);
        put_conversion(&t, &s, *f, &rest);
        if (*f == 0)
            break;
    }
    va_end(rest);
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

void text_printf(struct textbuf *t, const char *format, ...)
{
    size_t room = t->size - t->len;
    va_list args;

    if (room == 0)
        return;
    va_start(args, format);
    t->len += min_u64(kvsnprintf(t->buf + t->len, room, format, args), room - 1);
    va_end(args);
}

void print_set_output(print_output_fn out)
{
    output = out;
}

int kvprintf(const char *format, va_list args)
{
    char buf[PRINT_MAX + 1];
    int n = min_u64(kvsnprintf(buf, sizeof(buf), format, args), PRINT_MAX);

    if (output)
        output(buf, n);
    return n;
}

int kprintf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = kvprintf(format, args);
    va_end(args);
    return n;
}
