// The C library: formatted output, strings, numbers, the heap.
#include "user/tests/usertests/usertests.h"

// GCC would check, and warn of, what is wrong here on purpose.
static void expect_format(const char *wanted, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    expect(strcmp(text, wanted) == 0 && n == (int)strlen(wanted), "`%s' for `%s', not `%s'", wanted,
           format, text);
}

static void format_numbers(void)
{
    expect_format("0 -1 2147483647 -2147483648", "%d %d %i %d", 0, -1, 0x7fffffff, 1 << 31);
    expect_format("-9223372036854775808 18446744073709551615", "%ld %lu", 1L << 63, ~0UL);
    expect_format("ff FF 0 ffffffffffffffff", "%x %X %x %llx", 255, 255, 0, ~0ULL);
    expect_format("0x00000000deadbeef", "%p", 0xdeadbeefUL);
    expect_format("[   42][42   ][00042][+42][ -042]", "[%5d][%-5d][%05d][%+d][%5.3d]", 42, 42, 42,
                  42, -42);
    expect_format("[   7][7   ]", "[%*d][%*d]", 4, 7, -4, 7);
    expect_format("-1 255 65535", "%hhd %hhu %hu", 255, 0x1ff, 0x1ffff);
    expect_format("17 12 5%", "%o %zu %d%%", 15, 12UL, 5);
}

static void format_text(void)
{
    expect_format("[abc][  abc][abc  ][ab]", "[%s][%5s][%-5s][%.2s]", "abc", "abc", "abc", "abc");
    expect_format("x (null) %q", "%c %s %q", 'x', (char *)0);
    char small[4];
    expect(snprintf(small, sizeof(small), "%s", "abcdef") == 6 && strcmp(small, "abc") == 0,
           "snprintf cuts and tells the whole length");
}

static void format_doubles(void)
{
    expect_format("3.142 -0.50 2 0.000001", "%.3f %.2f %.0f %f", 3.14159, -0.5, 1.6, 0.000001);
    expect_format("1.000 9.999500", "%.3f %f", 0.9996, 9.9995);
    expect_format("nan inf -inf", "%f %f %f", 0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0);
    expect_format("[   1.5][1.5   ][0001.5]", "[%6.1f][%-6.1f][%06.1f]", 1.5, 1.5, 1.5);
}

// Every small length, alignment and distance, against bytes moved one by one.
static void moving_memory(void)
{
    static uchar a[200], b[200];
    for (int n = 0; n < 70; n++) {
        for (int from = 0; from < 20; from++) {
            for (int to = 0; to < 20; to++) {
                for (int i = 0; i < 200; i++)
                    a[i] = b[i] = i;
                memmove(a + 50 + to, a + 50 + from, n);
                for (int i = 0; i < 200; i++) {
                    int moved = i >= 50 + to && i < 50 + to + n;
                    expect(a[i] == (moved ? b[i - to + from] : i), "memmove(+%d, +%d, %d) at %d",
                           to, from, n, i);
                }
            }
        }
    }
    for (int at = 0; at < 20; at++) {
        memset(a, 0, sizeof(a));
        memset(a + at, 0x1ab, 100);
        for (int i = 0; i < 200; i++)
            expect(a[i] == (i >= at && i < at + 100 ? 0xab : 0), "memset at %d", at);
    }
}

static void strings(void)
{
    char buf[20];
    expect(strcmp("a", "b") < 0 && strcmp("b", "a") > 0 && strcmp("", "") == 0, "strcmp");
    expect(strcmp("\xff", "a") > 0, "strcmp compares unsigned");
    expect(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0, "strncmp");
    expect(strchr("abc", 'c')[0] == 'c' && strchr("abc", 'x') == 0 && *strchr("a", 0) == 0,
           "strchr");
    expect(strcmp(strrchr("/a/b", '/'), "/b") == 0 && strrchr("a", '/') == 0, "strrchr");
    expect(strcmp(strstr("banana", "nan"), "nana") == 0 && strstr("a", "b") == 0, "strstr");
    expect(strcmp(strcat(strcpy(buf, "ab"), "cd"), "abcd") == 0, "strcat");
    strncpy(buf, "xyz", 6);
    expect(buf[3] == 0 && buf[5] == 0, "strncpy fills up");
    expect(memcmp("abc", "abd", 3) < 0 && memcmp("abc", "abd", 2) == 0, "memcmp");
    expect(strcmp(last_name("a/b/c"), "c") == 0 && strcmp(last_name("c"), "c") == 0, "last_name");
}

static void numbers(void)
{
    long v;
    char *end;
    expect(atoi("12x") == 12 && atoi("-7") == -7 && atoi("") == 0, "atoi");
    expect(strtol(" -0x1f!", &end, 0) == -31 && *end == '!', "strtol of hex");
    expect(strtol("077", 0, 0) == 63 && strtol("zz", &end, 36) == 35 * 37, "strtol of other bases");
    expect(strtol("9223372036854775807", 0, 10) == ~(1L << 63), "strtol of the largest");
    errno = 0;
    expect(strtol("9223372036854775808", 0, 10) == ~(1L << 63) && errno == ERANGE, "and one more");
    expect(parse_long("-5", &v) == 0 && v == -5, "parse_long");
    expect(parse_long("5x", &v) < 0 && parse_long("", &v) < 0 && parse_long("010", &v) == 0 &&
               v == 10,
           "parse_long refuses what is no number");
}

// Blocks of all sizes, allocated, resized and freed at random, each filled with a byte of its own.
#define BLOCKS 200

static void check_block(const uchar *p, int n, int mark)
{
    for (int i = 0; i < n; i++)
        expect(p[i] == mark, "block of %d bytes holds", n);
}

static void malloc_at_random(void)
{
    static uchar *blocks[BLOCKS];
    static int sizes[BLOCKS];
    for (int round = 0; round < 20000; round++) {
        int i = rand() % BLOCKS;
        check_block(blocks[i], blocks[i] && sizes[i] < 64 ? sizes[i] : 0, i);
        int n = rand() % (rand() % 20 == 0 ? 40000 : 200);
        if (rand() % 3 == 0) {
            check_block(blocks[i], blocks[i] ? sizes[i] : 0, i);
            free(blocks[i]);
            blocks[i] = 0;
            continue;
        }
        uchar *p = realloc(blocks[i], n);
        expect(p != 0 && (uint64)p % 16 == 0, "realloc of %d bytes", n);
        check_block(p, blocks[i] ? (n < sizes[i] ? n : sizes[i]) : 0, i);
        memset(p, i, n);
        blocks[i] = p;
        sizes[i] = n;
    }
}

// Neighbours that are freed become one block: memory in small pieces comes back as a large one.
static void malloc_joins(void)
{
    void *first = 0, **list = 0;
    for (int i = 0; i < 500; i++) {
        void **p = malloc(10001);
        expect(p != 0, "malloc");
        first = first ? first : p;
        *p = list;
        list = p;
    }
    while (list) {
        void **next = *list;
        free(list);
        list = next;
    }
    char *end = sbrk(0);
    expect(malloc(4000000) == first && sbrk(0) == end, "freed blocks are joined");
    expect(malloc(1UL << 50) == 0 && errno == ENOMEM, "too much is refused");
    expect(calloc(1UL << 40, 1UL << 40) == 0, "calloc notices overflow");
}

static void errors(void)
{
    expect(open("/none", 0) == -1 && errno == ENOENT, "errno");
    expect(strcmp(strerror(ENOENT), "No such file or directory") == 0, "strerror");
    expect(strcmp(strerror(9999), "Unknown error") == 0, "strerror of no error");
}

const struct test library_tests[] = {
    TEST(format_numbers, 0, "", "printf's numbers: all conversions, widths, flags, lengths"),
    TEST(format_text, 0, "", "printf's text, and the length that snprintf returns"),
    TEST(format_doubles, 0, "", "printf's %f"),
    TEST(moving_memory, 0, "", "memmove, memset, memcmp at every alignment and overlap"),
    TEST(strings, 0, "", "the string functions"),
    TEST(numbers, 0, "", "atoi, strtol, parse_long and their limits"),
    TEST(malloc_at_random, 0, "", "blocks of the heap do not overlap and keep what they hold"),
    TEST(malloc_joins, 0, "", "freed blocks are joined; impossible sizes are refused"),
    TEST(errors, 0, "", "errno and strerror"),
    END_OF_TESTS,
};
