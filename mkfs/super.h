// The superblock. Three numbers determine it; it is made from them, and checked against them.
#ifndef MKFS_SUPER_H
#define MKFS_SUPER_H

#include "mkfs/image.h"

// Fills in every field for a disk of that many blocks, inodes and journal blocks. Returns 0, or
// what is wrong with the numbers (the text is good until the next call).
const char *super_make(struct superblock *sb, uint64 size, uint64 ninodes, uint64 nlog);

uint32 super_checksum(const struct superblock *sb);

// Returns 0 if the superblock describes a file system that the image's blocks hold, else what is
// wrong (good until the next call). The checksum is left to the caller.
const char *super_check(const struct superblock *sb, uint32 blocks);

// Returns 0 if the image has a superblock of this format, else what it is instead.
const char *super_foreign(const struct image *image);

// Reads, checks and keeps the image's superblock. Returns 0 or what is wrong.
const char *super_load(struct image *image);

#endif
