// Making files shorter or longer, and freeing them.
#ifndef KERNEL_FS_TRUNCATE_H
#define KERNEL_FS_TRUNCATE_H

#include "kernel/fs/inode.h"

// Makes it size bytes long, in transactions of its own as needed; ip is not locked. Growing leaves
// a hole. 0; -EFBIG; -EIO, -ENOMEM: it is as it was, or, if indirect blocks were to go, longer than
// asked for and whole; -EINTR: the same, and the caller was killed.
int inode_truncate(struct inode *ip, uint64 size);

// Set at boot: called when a file has become shorter, for those who map it. ip is locked, its
// blocks beyond its size are free.
extern void (*inode_cut_hook)(struct inode *ip);

// The same down to nothing, then frees the inode. For its last user: inode_put. 0; -ENOMEM: to be
// tried again; -EIO: it stays on the disk until the next mount, and is not loaded any more.
int inode_reclaim(struct inode *ip);

#endif
