// The block and inode bitmaps' owner: which blocks and inodes are free.
#ifndef KERNEL_FS_ALLOC_H
#define KERNEL_FS_ALLOC_H

#include "kernel/fs.h"
#include "kernel/fs/cache.h"

// The mounted file system's superblock. I after mount.
extern struct superblock superblock;

// Counts what is free. 0; -EIO; -EINVAL for an impossible image. At mount.
int alloc_mount(void);

// A free block, near hint if possible, marked used; its content is not defined (cache_get_new).
// Inside a transaction; changes one block. 0; -ENOSPC; -EIO; -ENOMEM.
int block_alloc(uint32 hint, uint32 *blockno);
// Frees it for the place in a file that had it. Inside a transaction; changes one block. 0;
// -EINVAL: no file may hold that number, the block is free already, or another place has it, so the
// image is damaged; -EIO, -ENOMEM: the bitmap cannot be read now. On an error nothing changes.
int block_free(uint64 owner, uint32 blockno);
// True if a file may hold the block.
bool block_valid(uint32 blockno);

uint32 blocks_free(void);
uint32 inodes_free(void);

// A free inode's number, with its type set on disk. Inside a transaction; changes one block.
int inode_alloc(int type, uint32 *inum);
int inode_free(uint32 inum);

// The first inode, from number from on, that is wanted: its number and its block, pinned.
// 0; -ENOSPC: there is none; -EIO; -ENOMEM.
int inode_find(uint32 from, bool (*wanted)(const struct dinode *d), uint32 *inum,
               struct block **out);
// Inode inum in b, its block.
struct dinode *dinode_in(struct block *b, uint32 inum);

#endif
