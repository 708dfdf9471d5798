// Memory and string functions: every alignment, overlap and length that takes another path,
// compared with the obvious loop over bytes.
#include "kernel/ktest/ktest.h"
#include "kernel/lib/string.h"
#include "kernel/riscv.h"

#define SIZE   512
#define MARGIN 64

static uint8 got[SIZE], want[SIZE], other[SIZE];
static const uint lengths[] = {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 71, 72, 73, 128, 136, 200};

// Makes all three the same, and no two neighbouring bytes alike.
static void refill(void)
{
    static uint32 random = 1;

    for (uint i = 0; i < SIZE; i++) {
        random = random * 1103515245 + 12345;
        got[i] = want[i] = other[i] = random >> 16;
    }
}

static bool as_wanted(void)
{
    for (uint i = 0; i < SIZE; i++)
        if (got[i] != want[i])
            return false;
    return true;
}

static bool copies(uint to, uint from, uint n, bool within)
{
    refill();
    for (uint i = 0; i < n; i++)
        want[to + i] = other[from + i];
    if (within)
        return memmove(got + to, got + from, n) == got + to && as_wanted();
    return memcpy(got + to, other + from, n) == got + to && as_wanted();
}

KTEST(string_memset)
{
    for (uint at = MARGIN; at < MARGIN + 9; at++)
        for (uint k = 0; k < ARRAY_LEN(lengths); k++) {
            refill();
            for (uint i = 0; i < lengths[k]; i++)
                want[at + i] = 0xa5;
            check(memset(got + at, 0x1a5, lengths[k]) == got + at);
            check(as_wanted());
        }
}

KTEST(string_memcpy_memmove)
{
    for (uint to = MARGIN; to < MARGIN + 9; to++)
        for (uint from = MARGIN; from < MARGIN + 9; from++)
            for (uint k = 0; k < ARRAY_LEN(lengths); k++) {
                check(copies(to, from, lengths[k], false));
                check(copies(to, from, lengths[k], true));
                check(copies(to + 40, from, lengths[k], true));
                check(copies(to, from + 40, lengths[k], true));
            }
}

KTEST(string_memcmp)
{
    for (uint at = MARGIN; at < MARGIN + 9; at++)
        for (uint n = 1; n < 40; n++) {
            refill();
            check(memcmp(got + at, other + at, n) == 0);
            other[at + n] ^= 1;
            check(memcmp(got + at, other + at, n) == 0);
            got[at + n - 1] = 200, other[at + n - 1] = 100;
            check(memcmp(got + at, other + at, n) > 0 && memcmp(other + at, got + at, n) < 0);
        }
}

KTEST(string_pages)
{
    static uint8 pages[2][PGSIZE] __attribute__((aligned(PGSIZE)));

    for (uint i = 0; i < PGSIZE; i++)
        pages[0][i] = i * 7 + 1;
    page_copy(pages[1], pages[0]);
    check(memcmp(pages[0], pages[1], PGSIZE) == 0);
    page_zero(pages[0]);
    for (uint i = 0; i < PGSIZE; i++)
        check(pages[0][i] == 0 && pages[1][i] == (uint8)(i * 7 + 1));
}

KTEST(string_strings)
{
    char s[4] = "zzz";

    check(strlen("") == 0 && strlen("abc") == 3);
    check(strnlen("abc", 2) == 2 && strnlen("ab", 9) == 2);
    check(strcmp("", "") == 0 && strcmp("a", "ab") < 0 && strcmp("\xff", "a") > 0);
    check(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0);
    check(strlcpy(s, "hello", sizeof(s)) == 5 && strcmp(s, "hel") == 0);
    check(strlcpy(s, "", sizeof(s)) == 0 && s[0] == 0);
    check(strlcpy(s, "x", 0) == 1 && s[0] == 0);
}
