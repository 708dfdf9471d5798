// Mounting the disk's file system.
#ifndef KERNEL_FS_MOUNT_H
#define KERNEL_FS_MOUNT_H

#include "kernel/fs/inode.h"

// Mounts the disk: superblock, journal (with recovery), bitmaps; frees inodes without links, and
// prints "ireclaim: ..." for each. 0; -EINVAL: no file system, or a damaged one, which the console
// is told; -EIO; -ENOMEM.
int fs_mount(void);

extern struct inode *root_inode; // the root directory. Immutable after mount

#endif
