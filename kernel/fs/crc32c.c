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
        for (int k = 0; k < 8; k++) {
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
            table[k][b] = crc;
        }
    }
}

uint32 crc32c(uint32 crc, const void *data, size_t n)
{
    const uint8 *p = data;

    if (table[0][1] == 0) // first used when the disk is mounted, by one thread
        make_table();
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        uint64 w = *(const uint64 *)p ^ crc;
        crc = table[7][w & 0xff] ^ table[6][w >> 8 & 0xff] ^ table[5][w >> 16 & 0xff] ^
              table[4][w >> 24 & 0xff] ^ table[3][w >> 32 & 0xff] ^ table[2][w >> 40 & 0xff] ^
              table[1][w >> 48 & 0xff] ^ table[0][w >> 56];
    }
    for (; n > 0; n--)
        crc = crc >> 8 ^ table[0][(crc ^ *p++) & 0xff];
    return ~crc;
}
