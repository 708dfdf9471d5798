// What fstat and stat tell of a file. Part of the ABI: new fields go last.
#ifndef KERNEL_STAT_H
#define KERNEL_STAT_H

#include "kernel/types.h"

#define T_DIR     1
#define T_FILE    2
#define T_DEVICE  3
#define T_SYMLINK 4
#define T_PIPE    5 // only in struct stat: pipes are not on disk

struct stat {
    int dev;     // number of the file system's device: ROOTDEV
    uint ino;    // inode number
    short type;  // T_...
    short nlink; // directory entries that name it
    uint64 size; // bytes
    short major; // T_DEVICE: which driver
    short minor; // T_DEVICE: which of its devices
};

#endif
