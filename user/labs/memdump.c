// memdump [format]: prints memory as the items that a format tells, each on a line of its own: the
// bytes of standard input, or without a format some examples.
//
//     i  4 bytes, a decimal number        p  8 bytes, a hexadecimal number
//     h  2 bytes, a decimal number        c  1 byte, a character
//     s  8 bytes, the address of a string S  the rest, a string
#include "user/lib/util.h"

#define INPUT_MAX 512

static int size_of(char item)
{
    switch (item) {
    case 'c':
        return 1;
    case 'h':
        return 2;
    case 'i':
        return 4;
    case 'p':
    case 's':
        return 8;
    default:
        return 0; // S, whose size the data tells
    }
}

// An item of that size, wherever it lies.
static void print_item(char item, const char *data, int left)
{
    union {
        char c;
        short h;
        int i;
        uint64 p;
        const char *s;
    } value = {.p = 0};
    memmove(&value, data, size_of(item));
    if (item == 'c')
        printf("%c\n", value.c);
    else if (item == 'h')
        printf("%d\n", value.h);
    else if (item == 'i')
        printf("%d\n", value.i);
    else if (item == 'p')
        printf("%lx\n", value.p);
    else if (item == 's')
        printf("%s\n", value.s);
    else
        printf("%.*s\n", left, data);
}

// Prints n bytes of data. Returns 0, or 1 after a message: the data ended too early.
static int memdump(const char *format, const char *data, int n)
{
    for (; *format; format++) {
        if (size_of(*format) > n) {
            fprintf(2, "memdump: %c takes %d bytes, %d are left\n", *format, size_of(*format), n);
            return 1;
        }
        print_item(*format, data, n);
        int used = *format == 'S' ? n : size_of(*format);
        data += used;
        n -= used;
    }
    return 0;
}

// Refuses what is no item; and s, since no address can come from outside.
static void check_format(const char *format)
{
    for (; *format; format++) {
        if (*format == 's') {
            fprintf(2, "memdump: s: there are no addresses in standard input\n");
            exit(1);
        }
        if (*format != 'S' && size_of(*format) == 0) {
            fprintf(2, "memdump: %c: no such item, the items are i h p c s S\n", *format);
            exit(1);
        }
    }
}

static int dump_input(const char *format)
{
    static char data[INPUT_MAX];
    check_format(format);
    int n = read_all(0, data, sizeof(data));
    if (n < 0)
        fail("memdump: cannot read standard input");
    return memdump(format, data, n);
}

static int dump_examples(void)
{
    static const int numbers[] = {61810, 2025};
    static const struct {
        uint64 where;
        int number;
        short half;
        char letter;
        char text[9];
    } record = {(uint64)&numbers, 0x6c726f77, 100, 'z', "xyzzy"};
    static const struct {
        const char *text;
        char letters[8];
    } greeting = {"hello", "wd"};
    static const char *const another = "another";

    return memdump("ii", (const char *)numbers, sizeof(numbers)) ||
           memdump("S", "a string", sizeof("a string")) ||
           memdump("s", (const char *)&another, sizeof(another)) ||
           memdump("pihcS", (const char *)&record, sizeof(record)) ||
           memdump("scc", (const char *)&greeting, sizeof(greeting));
}

int main(int argc, char **argv)
{
    if (argc > 2)
        usage("memdump [format]");
    return argc == 2 ? dump_input(argv[1]) : dump_examples();
}
