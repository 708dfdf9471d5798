// The on-disk format, for programs of the host.
//
// It includes the kernel's own headers. Two structures get other names, because the host's
// <dirent.h> and <sys/stat.h> use theirs. The tools read and write numbers where they lie in the
// image. So the host must be little-endian, as the format is.
#ifndef MKFS_FORMAT_H
#define MKFS_FORMAT_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#err "The image tools work on little-endian hosts only."
#endif

#define dirent disk_dirent
#define stat   disk_stat
#include "kernel/types.h"
#include "kernel/param.h"
#include "kernel/fs.h"
#include "kernel/stat.h"
#undef dirent
#undef stat

#include <stddef.h>
#include <stdint.h>

_Static_assert(sizeof(uint64) == 8, "64-bit hosts only");
_Static_assert(sizeof(struct dinode) == 128, "inodes on disk");
_Static_assert(BSIZE % sizeof(struct disk_dirent) == 0, "no entry crosses a block");
_Static_assert(offsetof(struct superblock, checksum) == 44, "superblock on disk");
_Static_assert(offsetof(struct journal_header, checksum) == 24, "journal header on disk");
_Static_assert(sizeof(struct journal_desc) <= BSIZE, "a descriptor is one block");

#define FILE_SIZE_MAX     ((uint64)MAXFILE * BSIZE) // bytes of the largest file
#define DIRENTS_PER_BLOCK (BSIZE / sizeof(struct disk_dirent))

// How many units of that size are needed for n.
static inline uint64 div_up(uint64 n, uint64 size) { return n / size + (n % size != 0); }

#endif
