// Where the blocks of a file lie: its direct, indirect and doubly indirect pointers. Callers hold
// the inode's lock; bn is a block's index in the file, below MAXFILE.
#ifndef KERNEL_FS_BMAP_H
#define KERNEL_FS_BMAP_H

#include "kernel/fs/inode.h"

// *blockno: the block of the disk that is the file's block bn; 0: a hole. 0; -EIO; -ENOMEM.
int bmap_find(struct inode *ip, uint64 bn, uint32 *blockno);

// The block itself, pinned. A hole becomes a new block of zeroes. The caller changes it and does
// journal_write. In a transaction; changes at most the block, the inode, two indirect blocks and
// three bitmap blocks. 0; -ENOSPC; -EIO; -ENOMEM: on an error nothing has changed.
int bmap_make(struct inode *ip, uint64 bn, struct block **out);

#endif
