// Memory and strings.
//
// The emulator takes about as long to store eight bytes as to store one. So these functions store
// words as soon as the destination is aligned, and 64 bytes a turn. Where source and destination
// are aligned differently, two words are loaded and shifted together, so that no access is ever
// misaligned. The unrolled parts are assembly: a compiler takes a plain loop in memset for a memset
// and calls it.
#include "kernel/lib/string.h"

#include "kernel/riscv.h"

#define WORD  8
#define BLOCK 64

// Returns n, but the compiler does not know that: so a loop that counts with it stays a loop.
static inline size_t left(size_t n)
{
    __asm__("" : "+r"(n));
    return n;
}

static inline size_t misalignment(const void *p) { return (uint64)p & (WORD - 1); }

// Stores word w to the 64 bytes at d, aligned.
static inline void store_block(uint8 *d, uint64 w)
{
    __asm__ volatile(".irp at, 0, 8, 16, 24, 32, 40, 48, 56\n\tsd %z1, \\at(%0)\n\t.endr" ::"r"(d),
                     "rJ"(w)
                     : "memory");
}

// Moves 64 bytes, aligned. They may overlap, since all are loaded before the first is stored.
static inline void move_block(uint8 *d, const uint8 *s)
{
    __asm__ volatile("ld t0, 0(%1)\n\tld t1, 8(%1)\n\tld t2, 16(%1)\n\tld t3, 24(%1)\n\t"
                     "ld t4, 32(%1)\n\tld t5, 40(%1)\n\tld t6, 48(%1)\n\tld a7, 56(%1)\n\t"
                     "sd t0, 0(%0)\n\tsd t1, 8(%0)\n\tsd t2, 16(%0)\n\tsd t3, 24(%0)\n\t"
                     "sd t4, 32(%0)\n\tsd t5, 40(%0)\n\tsd t6, 48(%0)\n\tsd a7, 56(%0)" ::"r"(d),
                     "r"(s)
                     : "memory", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a7");
}

void *memset(void *dst, int c, size_t n)
{
    uint8 *d = dst;
    uint64 w = (uint8)c * 0x0101010101010101UL;

    // Bytes up to a word's beginning, then 64 at a time, then words, then the last bytes.
    for (; left(n) > 0 && misalignment(d); n--)
        *d++ = w;
    for (; n >= BLOCK; n -= BLOCK, d += BLOCK)
        store_block(d, w);
    for (; left(n) >= WORD; n -= WORD, d += WORD)
        *(uint64 *)d = w;
    for (; left(n) > 0; n--)
        *d++ = w;
    return dst;
}

// Copies as many whole words as n bytes have to d, which is aligned, from s, which is not. Returns
// how many bytes these are. Loads only words of which at least one byte is wanted.
static size_t copy_shifted(uint8 *d, const uint8 *s, size_t n)
{
    uint shift = misalignment(s) * 8;
    const uint64 *from = (const uint64 *)(s - misalignment(s));
    size_t done = 0;

    // A word of the destination is the upper part of one word and the lower part of the next.
    if (n < WORD)
        return 0;
    uint64 low = *from++;
    for (; n - done >= WORD; done += WORD) {
        uint64 high = *from++;
        *(uint64 *)(d + done) = low >> shift | high << (64 - shift);
        low = high;
    }
    return done;
}

// Copies from the front to the back, so that memmove may call it when dst lies below src.
void *memcpy(void *dst, const void *src, size_t n)
{
    uint8 *d = dst;
    const uint8 *s = src;

    // Until d is aligned; then s may be aligned, too, or not.
    for (; left(n) > 0 && misalignment(d); n--)
        *d++ = *s++;
    if (misalignment(s)) {
        size_t done = copy_shifted(d, s, n);
        d += done;
        s += done;
        n -= done;
    } else {
        for (; n >= BLOCK; n -= BLOCK, d += BLOCK, s += BLOCK)
            move_block(d, s);
        for (; left(n) >= WORD; n -= WORD, d += WORD, s += WORD)
            *(uint64 *)d = *(const uint64 *)s;
    }
    for (; left(n) > 0; n--)
        *d++ = *s++;
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    uint8 *d = dst;
    const uint8 *s = src;

    // The difference wraps around, and is large, if dst lies below src.
    if ((uint64)dst - (uint64)src >= n)
        return memcpy(dst, src, n);

    // dst begins within src: from the back to the front.
    for (; left(n) > 0; n--)
        d[n - 1] = s[n - 1];
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8 *x = a, *y = b;

    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void page_zero(void *page)
{
    uint8 *d = page, *end = d + PGSIZE;

    for (; d != end; d += 2 * BLOCK) {
        store_block(d, 0);
        store_block(d + BLOCK, 0);
    }
}

void page_copy(void *dst, const void *src)
{
    uint8 *d = dst, *end = d + PGSIZE;
    const uint8 *s = src;

    for (; d != end; d += 2 * BLOCK, s += 2 * BLOCK) {
        move_block(d, s);
        move_block(d + BLOCK, s + BLOCK);
    }
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

size_t strlen(const char *s) { return strnlen(s, (size_t)-1); }

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++)
        if (*a != *b || *a == 0)
            return (uint8)*a - (uint8)*b;
    return 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, (size_t)-1); }

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);

    if (size > 0) {
        size_t n = min_u64(len, size - 1);
        memcpy(dst, src, n);
        dst[n] = 0;
    }
    return len;
}
