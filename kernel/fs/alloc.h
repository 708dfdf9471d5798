// Which blocks and inodes are free: the owner of the bitmap and of the inodes' types.
#ifndef KERNEL_FS_ALLOC_H
#define KERNEL_FS_ALLOC_H

#include "kernel/fs.h"
#include "kernel/fs/cache.h"

// The mounted file system's superblock. Immutable after mount.
extern struct superblock superblock;

// Counts what is free. At mount. 0; -EIO; -ENOMEM; -EINVAL: an impossible bitmap.
int alloc_mount(void);

// Allocates a free block, near hint if possible (0: no hint). What is in it is not defined: the
// caller does cache_get_new. In a transaction; changes one block. 0; -ENOSPC; -EIO; -ENOMEM.
int block_alloc(uint32 hint, uint32 *blockno);
// Frees the block for the place in a file that had it (block_owner). In a transaction; changes one
// block. 0; -EINVAL, the image is damaged: no file may hold that number, the block is free already,
// or another place has it; -EIO, -ENOMEM: the bitmap cannot be read now. On an error nothing
// changes.
int block_free(uint64 owner, uint32 blockno);
// True if a file may hold the block.
bool block_valid(uint32 blockno);

uint32 blocks_free(void);
uint32 inodes_free(void);

// Allocates a free inode's number and sets its type on disk; all else of it is 0. In a transaction;
// changes one block. 0; -ENOSPC; -EIO; -ENOMEM.
int inode_alloc(int type, uint32 *inum);
// Frees it. In a transaction; changes one block. 0; -EIO; -ENOMEM.
int inode_free(uint32 inum);

// The first inode from number from on of which wanted says true: its number and its block, pinned.
// 0; -ENOSPC: there is none; -EIO; -ENOMEM.
int inode_find(uint32 from, bool (*wanted)(const struct dinode *d), uint32 *inum,
               struct block **out);
// Inode inum in b, the block that holds it.
struct dinode *dinode_in(struct block *b, uint32 inum);

#endif
