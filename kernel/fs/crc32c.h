// CRC-32C (Castagnoli; RFC 3720, appendix B.4): the checksum of superblock and journal.
#ifndef KERNEL_FS_CRC32C_H
#define KERNEL_FS_CRC32C_H

#include "kernel/lib/kdef.h"

// The checksum of n more bytes, aligned to 8 if they are that many, after those that gave crc;
// begin with 0.
uint32 crc32c(uint32 crc, const void *data, size_t n);

#endif
