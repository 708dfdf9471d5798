// CRC-32C, eight bytes a step ("slicing by 8"): table[k][b] is what byte b contributes when k
// more bytes follow it in the step, so the contributions of eight bytes are looked up
// independently and combined by exclusive or.
#include "kernel/fs/crc32c.h"

#define POLYNOMIAL 0x82f63b78u // bit-reversed

static uint32 table[8][256];

static void make_table(void)
{
    for (uint32 b = 0; b < 256; b++) {
        uint32 crc = b;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
        table[0][b] = crc;
    }
    for (uint32 b = 0; b < 256; b++)
        for (int k = 1; k < 8; k++)
            table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 0xff];
}

static uint32 step1(uint32 crc, uint8 byte)
{
    return crc >> 8 ^ table[0][(crc ^ byte) & 0xff];
}

static uint32 step8(uint32 crc, uint64 word)
{
    word ^= crc;
    return table[7][word & 0xff] ^ table[6][word >> 8 & 0xff] ^ table[5][word >> 16 & 0xff] ^
           table[4][word >> 24 & 0xff] ^ table[3][word >> 32 & 0xff] ^ table[2][word >> 40 & 0xff] ^
           table[1][word >> 48 & 0xff] ^ table[0][word >> 56];
}

uint32 crc32c(uint32 crc, const void *data, size_t n)
{
    const uint8 *p = data;

    if (table[0][1] == 0) // first used when the disk is mounted, by one thread
        make_table();
    crc = ~crc;
    for (; n > 0 && ((uint64)p & 7) != 0; n--)
        crc = step1(crc, *p++);
    for (; n >= 8; n -= 8, p += 8)
        crc = step8(crc, *(const uint64 *)p);
    for (; n > 0; n--)
        crc = step1(crc, *p++);
    return ~crc;
}
