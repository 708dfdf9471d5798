// Where the blocks of a file lie: its direct, indirect and doubly indirect pointers. Callers hold
// the inode's lock; bn is a block's index in the file, below MAXFILE.
#ifndef KERNEL_FS_BMAP_H
#define KERNEL_FS_BMAP_H

#include "kernel/fs/inode.h"

// The block that holds the file's block bn: 0 in *blockno for a hole. 0; -EIO; -ENOMEM.
int bmap_find(struct inode *ip, uint64 bn, uint32 *blockno);

// The same, pinned, and allocated (zeroed) if it was a hole. The caller journal_writes the block.
// Inside a transaction; changes at most the block, the inode, two indirect blocks and three bitmap
// blocks. 0; -ENOSPC; -EIO; -ENOMEM: nothing has changed.
int bmap_make(struct inode *ip, uint64 bn, struct block **out);

#endif
