// CRC-32C (Castagnoli; RFC 3720, appendix B.4): the checksum of superblock and journal.
#ifndef MKFS_CRC32C_H
#define MKFS_CRC32C_H

#include "mkfs/format.h"

// Returns the checksum of n bytes. crc is 0, or the checksum of the bytes before them.
uint32 crc32c(uint32 crc, const void *data, size_t n);

#endif
