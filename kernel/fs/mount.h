// Mounting the disk's file system.
#ifndef KERNEL_FS_MOUNT_H
#define KERNEL_FS_MOUNT_H

#include "kernel/fs/inode.h"

// Mounts the disk: superblock, journal (with recovery), bitmaps; frees inodes without links
// ("ireclaim: ..." for each). 0; -EINVAL (no or damaged file system, said on the console); -EIO.
int fs_mount(void);
extern struct inode *root_inode; // the root directory. I after mount

#endif
