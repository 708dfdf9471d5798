// CRC-32C, a byte at a time through a table. See the header.
#include "mkfs/crc32c.h"

#define POLYNOMIAL 0x82f63b78u // reflected

static uint32 table[256];

static void make_table(void)
{
    for (uint32 byte = 0; byte < 256; byte++) {
        uint32 crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        table[byte] = crc;
    }
}

uint32 crc32c(uint32 crc, const void *data, size_t n)
{
    const uint8 *p = data;

    if (table[1] == 0)
        make_table();
    crc = ~crc;
    while (n-- > 0)
        crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
    return ~crc;
}
