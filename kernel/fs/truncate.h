// Making files shorter or longer, and freeing them.
#ifndef KERNEL_FS_TRUNCATE_H
#define KERNEL_FS_TRUNCATE_H

#include "kernel/fs/inode.h"

// Makes the file size bytes long, in transactions of its own as needed. A file that grows gets a
// hole. ip is not locked. 0; -EFBIG; -EIO, -ENOMEM: the file is as it was, or, if indirect blocks
// were to go, whole and longer than asked for; -EINTR: the same, and the caller was killed.
int inode_truncate(struct inode *ip, uint64 size);

// Frees the file's blocks and then the inode. For the last user, who puts it (inode_put). 0;
// -ENOMEM: to be tried again; -EIO: the inode stays on the disk until the next mount, and is not
// loaded any more.
int inode_reclaim(struct inode *ip);

// Set at boot: called when a file has become shorter, for those that map it. ip is locked, its
// blocks behind its new end are free.
extern void (*inode_cut_hook)(struct inode *ip);

#endif
