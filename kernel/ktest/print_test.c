// The formatter: every conversion with its flags, and the ends of its buffers.
#include "kernel/ktest/ktest.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"

static bool printflike(2, 3) prints(const char *want, const char *format, ...)
{
    char got[128];
    va_list args;

    va_start(args, format);
    size_t n = kvsnprintf(got, sizeof(got), format, args);
    va_end(args);
    return n == strlen(want) && strcmp(got, want) == 0;
}

KTEST(print_numbers)
{
    check(prints("-9223372036854775808 9223372036854775807", "%ld %ld", (long)(1UL << 63),
                 (long)(~0UL >> 1)));
    check(prints("-2147483648 4294967295", "%d %u", (int)(1U << 31), ~0U));
    check(prints("18446744073709551615 0", "%lu %zu", ~0UL, (size_t)0));
    check(prints("beef 1 ffffffffffffffff", "%x %llx %lx", 0xbeef, 1ULL, ~0UL));
    check(prints("0xffffffc080001234", "%p", (void *)0xffffffc080001234UL));
}

KTEST(print_fields)
{
    const char *volatile nothing = 0; // the compiler would warn

    check(prints("   42|42   |00042|-0042|1234", "%5d|%-5d|%05d|%05d|%2d", 42, 42, 42, -42, 1234));
    check(prints("  abc|abc  |abc", "%5s|%-5s|%1s", "abc", "abc", "abc"));
    check(prints("x|  x|%", "%c|%3c|%%", 'x', 'x'));
    check(prints("(null)", "%s", nothing));
}

KTEST(print_bounds)
{
    char b[8] = "zzzzzzz";

    check(ksnprintf(b, 4, "%s", "abcdef") == 6 && memcmp(b, "abc\0zzz", 8) == 0);
    check(ksnprintf(0, 0, "%d", 1234) == 4);
}
