// The engine of formatted output. It writes into a sink, of which there are two kinds:
//
//     a descriptor   its bytes gather in a buffer on the stack, which is written when it is full
//     and
//                    when the call ends. So a call is one write, unless its output is longer than
//                    the buffer, and lines of different processes do not mix.
//     a string       keeps as many bytes as fit
//
//     printf -> lib_format_fd -> format_all -> format_one (a % item) -> emit_padded -> put -> sink
//
// A program may have functions of its own under every name that user.h does not declare. printf
// must work there, too, so this file calls only functions of user.h.
#include "user/lib/format.h"
#include "user/user.h"

#define BUFFER 512

struct sink {
    int fd; // -1: a string
    char *buf;
    size_t size;
    size_t used; // bytes in buf
    int total;   // bytes put, whether or not they fit
    int failed;  // a write has failed
};

// One % item, without its conversion letter.
struct item {
    int left, zero, plus; // flags
    int width;
    int precision; // -1: none given
    int length;    // how many l and z; negative: how many h
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

// Puts a prefix (a sign, 0x), so many zeroes, and the n bytes of text, in a field of the item's
// width. Blanks fill the field, before the prefix or behind the text, or zeroes behind the prefix.
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
    int zeroes = 0;

    // The digits, from the last to the first.
    for (; value != 0; value /= base)
        text[--n] = digits[value % base];
    int count = sizeof(text) - n;

    // The precision is the least number of digits. Without one it is 1, and only then flag 0
    // counts.
    int least = 1;
    if (it->precision >= 0) {
        least = it->precision;
        it->zero = 0;
    }
    if (count < least)
        zeroes = least - count;
    emit_padded(s, it, prefix, zeroes, text + n, count);
}

static const char *sign_of(const struct item *it, int negative)
{
    if (negative)
        return "-";
    return it->plus ? "+" : "";
}

static void emit_string(struct sink *s, struct item *it, const char *text)
{
    int n = 0;

    if (text == NULL)
        text = "(null)";
    while (text[n] && n != it->precision)
        n++;
    it->zero = 0;
    emit_padded(s, it, "", 0, text, n);
}

// snprintf, under a name that cannot be the program's.
static int build(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = lib_format_string(buf, size, format, args);
    va_end(args);
    return n;
}

// Prints the digits before and after the point as two whole numbers. That is exact enough for what
// programs print here: there are up to 9 digits after the point, and of a number above 1e18 the
// last digits before the point are zeroes.
static void emit_double(struct sink *s, struct item *it, double v)
{
    char text[64];
    int precision = it->precision;
    uint64 scale = 1; // 10 to the power of precision
    const char *prefix = sign_of(it, v < 0);
    int zeroes = 0;

    if (precision < 0)
        precision = 6;
    if (precision > 9)
        precision = 9;

    // Only "not a number" differs from itself; only infinity minus itself is not 0.
    if (v != v || v - v != 0) {
        const char *word = v < 0 ? "-inf" : "inf";
        if (v != v)
            word = "nan";
        it->precision = -1; // it would cut the word
        emit_string(s, it, word);
        return;
    }

    // Cut a large number down to what 64 bits hold.
    if (v < 0)
        v = -v;
    for (; v >= 1e18 && zeroes < 40; zeroes++)
        v /= 10;

    // Two whole numbers. Rounding may carry into the first.
    for (int i = 0; i < precision; i++)
        scale *= 10;
    uint64 whole = v;
    uint64 part = (v - whole) * scale + 0.5;
    if (part >= scale) {
        whole++;
        part -= scale;
    }

    int n = build(text, sizeof(text), "%lu%.*s", whole, zeroes,
                  "0000000000000000000000000000000000000000");
    if (precision > 0 && n < (int)sizeof(text))
        n += build(text + n, sizeof(text) - n, ".%0*lu", precision, part);
    if (n >= (int)sizeof(text))
        n = sizeof(text) - 1;
    emit_padded(s, it, prefix, 0, text, n);
}

static long signed_arg(const struct item *it, va_list *args)
{
    if (it->length > 0)
        return va_arg(*args, long);
    int v = va_arg(*args, int);
    if (it->length == -1)
        return (short)v;
    if (it->length < -1)
        return (signed char)v;
    return v;
}

static uint64 unsigned_arg(const struct item *it, va_list *args)
{
    if (it->length > 0)
        return va_arg(*args, uint64);
    uint v = va_arg(*args, uint);
    if (it->length == -1)
        return (ushort)v;
    if (it->length < -1)
        return (uchar)v;
    return v;
}

// Reads a width or a precision: a number, or * for the next argument. Returns what follows it.
// Above 100,000 more digits are ignored, so that the number does not overflow.
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

// Reads flags, width, precision and length. Returns the place of the conversion letter.
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

    // A negative width, given by *, is flag - and a width.
    f = parse_count(f, &it->width, args);
    if (it->width < 0) {
        it->left = 1;
        it->width = -it->width;
    }
    if (*f == '.')
        f = parse_count(f + 1, &it->precision, args);

    for (; *f == 'l' || *f == 'z' || *f == 'h'; f++) {
        if (*f == 'h')
            it->length--;
        else
            it->length++;
    }
    return f;
}

// Puts one item; f is behind its %. Returns what follows the item.
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
        uint64 size = v < 0 ? -(uint64)v : (uint64)v;
        emit_number(s, &it, sign_of(&it, v < 0), size, 10, lower);
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
