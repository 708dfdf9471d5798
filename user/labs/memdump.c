// memdump [format]: prints the bytes of standard input as the items that the format names, each on
// a line of its own. Without a format it prints some examples.
//
//     i  4 bytes, a decimal number        p  8 bytes, a hexadecimal number
//     h  2 bytes, a decimal number        c  1 byte, a character
//     s  8 bytes, the address of a string S  all that is left, as a string
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
        return 0; // S: as large as what is left
    }
}

// Prints an item. It may lie at any address, also at an odd one: so its bytes are copied to a place
// that is aligned. left is the number of bytes from data on.
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

// Prints n bytes of data. Returns 0, or 1 after a message: there is not enough data.
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

// Refuses letters that are no items, and s, because an address in the input would mean nothing
// here.
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
    if (argc == 2)
        return dump_input(argv[1]);
    return dump_examples();
}
