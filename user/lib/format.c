// The engine of formatted output. It writes into a sink: a buffer on the stack that is written out
// when it is full or the call ends (so one call is one write, and lines of different processes stay
// whole), or a string.
//
//     printf -> lib_format_fd -> format_all -> format_one (a % item) -> emit_padded -> put -> sink
//
// printf must work in programs that have functions of their own by any name that user.h does not
// declare, so nothing else of the library is used here.
#include "user/lib/format.h"
#include "user/user.h"

#define BUFFER 512

struct sink {
    int fd; // -1: a string, which keeps what fits
    char *buf;
    size_t size;
    size_t used;
    int total;
    int failed;
};

// One % item.
struct item {
    int left, zero, plus; // flags
    int width;
    int precision; // -1: none given
    int length;    // number of l, z; negative: number of h
};

static void flush(struct sink *s)
{
    for (size_t done = 0; done < s->used;) {
        int n = write(s->fd, s->buf + done, s->used - done);
        if (n <= 0) {
            s->failed = 1;
            break;
        }
        done += n;
    }
    s->used = 0;
}

static void put(struct sink *s, char c)
{
    s->total++;
    if (s->used == s->size && s->fd >= 0)
        flush(s);
    if (s->used < s->size)
        s->buf[s->used++] = c;
}

static void fill(struct sink *s, char c, int n)
{
    while (n-- > 0)
        put(s, c);
}

// prefix (a sign, 0x), zeroes zeroes and text, in a field of the item's width.
static void emit_padded(struct sink *s, const struct item *it, const char *prefix, int zeroes,
                        const char *text, int n)
{
    int length = strlen(prefix) + zeroes + n;
    int pad = it->width > length ? it->width - length : 0;
    if (!it->left && !it->zero)
        fill(s, ' ', pad);
    for (; *prefix; prefix++)
        put(s, *prefix);
    if (!it->left && it->zero)
        fill(s, '0', pad);
    fill(s, '0', zeroes);
    while (n-- > 0)
        put(s, *text++);
    if (it->left)
        fill(s, ' ', pad);
}

static void emit_number(struct sink *s, struct item *it, const char *prefix, uint64 value, int base,
                        const char *digits)
{
    char text[24];
    int n = sizeof(text);
    for (; value != 0; value /= base)
        text[--n] = digits[value % base];
    int count = sizeof(text) - n;
    int least = it->precision < 0 ? 1 : it->precision;
    if (it->precision >= 0)
        it->zero = 0;
    emit_padded(s, it, prefix, least > count ? least - count : 0, text + n, count);
}

static const char *sign_of(const struct item *it, int negative)
{
    return negative ? "-" : it->plus ? "+" : "";
}

static void emit_string(struct sink *s, struct item *it, const char *text)
{
    int n = 0;
    if (text == 0)
        text = "(null)";
    while (text[n] && n != it->precision)
        n++;
    it->zero = 0;
    emit_padded(s, it, "", 0, text, n);
}

static int build(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = lib_format_string(buf, size, format, args);
    va_end(args);
    return n;
}

// Digits before and after the point as two whole numbers: enough for what programs print here
// (up to 9 digits after the point; beyond 1e18 the last digits before it are zeroes).
static void emit_double(struct sink *s, struct item *it, double v)
{
    char text[64];
    int precision = it->precision < 0 ? 6 : it->precision > 9 ? 9 : it->precision;
    uint64 scale = 1;
    const char *prefix = sign_of(it, v < 0);
    int zeroes = 0;

    if (v != v || v - v != 0) {
        it->precision = -1;
        emit_string(s, it, v != v ? "nan" : v < 0 ? "-inf" : "inf");
        return;
    }
    if (v < 0)
        v = -v;
    for (; v >= 1e18 && zeroes < 40; zeroes++)
        v /= 10;
    for (int i = 0; i < precision; i++)
        scale *= 10;
    uint64 whole = v;
    uint64 part = (v - whole) * scale + 0.5;
    if (part >= scale)
        whole++, part -= scale;
    int n = build(text, sizeof(text), "%lu%.*s", whole, zeroes,
                  "0000000000000000000000000000000000000000");
    if (precision > 0 && n < (int)sizeof(text))
        n += build(text + n, sizeof(text) - n, ".%0*lu", precision, part);
    emit_padded(s, it, prefix, 0, text, n < (int)sizeof(text) ? n : (int)sizeof(text) - 1);
}

static long signed_arg(const struct item *it, va_list *args)
{
    if (it->length > 0)
        return va_arg(*args, long);
    int v = va_arg(*args, int);
    return it->length == 0 ? v : it->length == -1 ? (short)v : (signed char)v;
}

static uint64 unsigned_arg(const struct item *it, va_list *args)
{
    if (it->length > 0)
        return va_arg(*args, uint64);
    uint v = va_arg(*args, uint);
    return it->length == 0 ? v : it->length == -1 ? (ushort)v : (uchar)v;
}

static const char *parse_count(const char *f, int *value, va_list *args)
{
    if (*f == '*') {
        *value = va_arg(*args, int);
        return f + 1;
    }
    for (*value = 0; *f >= '0' && *f <= '9'; f++)
        if (*value < 100000)
            *value = *value * 10 + (*f - '0');
    return f;
}

// Flags, width, precision and length; returns what follows.
static const char *parse_item(const char *f, struct item *it, va_list *args)
{
    *it = (struct item){.precision = -1};
    for (;; f++) {
        if (*f == '-')
            it->left = 1;
        else if (*f == '0')
            it->zero = 1;
        else if (*f == '+')
            it->plus = 1;
        else
            break;
    }
    f = parse_count(f, &it->width, args);
    if (it->width < 0)
        it->left = 1, it->width = -it->width;
    if (*f == '.')
        f = parse_count(f + 1, &it->precision, args);
    for (; *f == 'l' || *f == 'z' || *f == 'h'; f++)
        it->length += *f == 'h' ? -1 : 1;
    return f;
}

static const char *format_one(struct sink *s, const char *f, va_list *args)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    struct item it;
    const char *start = f;
    f = parse_item(f, &it, args);
    switch (*f) {
    case 'd':
    case 'i': {
        long v = signed_arg(&it, args);
        emit_number(s, &it, sign_of(&it, v < 0), v < 0 ? -(uint64)v : (uint64)v, 10, lower);
        break;
    }
    case 'u':
        emit_number(s, &it, "", unsigned_arg(&it, args), 10, lower);
        break;
    case 'o':
        emit_number(s, &it, "", unsigned_arg(&it, args), 8, lower);
        break;
    case 'x':
    case 'X':
        emit_number(s, &it, "", unsigned_arg(&it, args), 16, *f == 'x' ? lower : upper);
        break;
    case 'p':
        it.precision = 16;
        emit_number(s, &it, "0x", va_arg(*args, uint64), 16, lower);
        break;
    case 'c': {
        char c = va_arg(*args, int);
        emit_padded(s, &it, "", 0, &c, 1);
        break;
    }
    case 's':
        emit_string(s, &it, va_arg(*args, const char *));
        break;
    case 'f':
        emit_double(s, &it, va_arg(*args, double));
        break;
    case '%':
        put(s, '%');
        break;
    default: // unknown: printed as it stands
        put(s, '%');
        while (start < f)
            put(s, *start++);
        if (*f == 0)
            return f;
        put(s, *f);
    }
    return f + 1;
}

static void format_all(struct sink *s, const char *f, va_list *args)
{
    while (*f) {
        if (*f == '%')
            f = format_one(s, f + 1, args);
        else
            put(s, *f++);
    }
}

int lib_format_fd(int fd, const char *format, va_list args)
{
    char buf[BUFFER];
    struct sink s = {.fd = fd, .buf = buf, .size = sizeof(buf)};
    va_list copy;
    va_copy(copy, args);
    format_all(&s, format, &copy);
    va_end(copy);
    flush(&s);
    return s.failed ? -1 : s.total;
}

int lib_format_string(char *buf, size_t size, const char *format, va_list args)
{
    struct sink s = {.fd = -1, .buf = buf, .size = size > 0 ? size - 1 : 0};
    va_list copy;
    va_copy(copy, args);
    format_all(&s, format, &copy);
    va_end(copy);
    if (size > 0)
        buf[s.used] = 0;
    return s.total;
}
