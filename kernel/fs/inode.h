// Inodes in core, and the bytes of files.
//
//     states:  table entry with users (refs > 0), LOADED at its first lock -> ... -> last
//              inode_put; if nlink is 0 then, the file's blocks and the inode are freed
//     a life:  inode_get, inode_lock, look or change, inode_unlock, inode_put
//
// Everything of an inode but its number and count is guarded by its lock. Order: a parent
// directory before an entry of it; unrelated inodes by number.
//
// Work that changes the disk stands between fs_begin and fs_end, which open and close a
// transaction; fs_end also frees what the last inode_put inside left over, in transactions of its
// own, so that space is back when a system call returns.
#ifndef KERNEL_FS_INODE_H
#define KERNEL_FS_INODE_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/lock/sleeplock.h"
#include "kernel/stat.h"

struct block;

// T inode table's lock; L inode lock; I immutable
struct inode {
    struct list hash; // T
    uint32 inum;      // I
    int32 refs;       // T
    struct sleeplock lock;
    bool loaded;         // L: the rest is as on disk
    struct dinode d;     // L: written through to the inode's block by inode_update
    uint32 last_block;   // L: read-ahead: where the last read ended
    struct list reclaim; // T: waiting to be freed
};

// Mounts the disk: superblock, journal (with recovery), bitmaps; frees inodes without links
// ("ireclaim: ..." for each). 0; -EINVAL (no or damaged file system, said on the console); -EIO.
int fs_mount(void);

// Opens a transaction for an operation that changes at most nblocks blocks, and closes it.
int fs_begin(uint nblocks); // 0; -ENOMEM; -EIO
void fs_end(void);

// The inode with that number, one more user. 0; -ENOMEM; -ENFILE; -EIO for an impossible number.
int inode_get(uint32 inum, struct inode **out);
struct inode *inode_dup(struct inode *ip); // one more user; returns ip
void inode_put(struct inode *ip);          // one less. Without ip's lock

int inode_lock(struct inode *ip); // loads it if need be: 0; -EIO (then it is not locked)
void inode_unlock(struct inode *ip);
void inode_unlock_put(struct inode *ip);

// All below: ip locked; those marked T inside fs_begin..fs_end.

// T Writes ip->d to its block. 0; -EIO; -ENOMEM. Cannot fail while the block is pinned:
// inode_pin pins it, for the caller to cache_put.
int inode_update(struct inode *ip);
int inode_pin(struct inode *ip, struct block **out);

// Reads up to n bytes at off into dst (kernel memory). Returns how many (0 at the end); -EIO;
// -ENOMEM. Holes read as zeroes.
int64 inode_read(struct inode *ip, void *dst, uint64 off, size_t n);
// The pinned cache block that holds the bytes at off, to copy from after the lock is let go:
// *out is 0 for a hole. The caller cache_puts it. 0; -EIO; -ENOMEM.
int inode_block(struct inode *ip, uint64 off, struct block **out);

// T Writes n bytes from src (kernel memory) at off, growing the file; if off lies beyond its size,
// the gap is a hole. Returns how many it wrote: at most what lies in 16 blocks of the file, or
// less when the disk is full; -ENOSPC; -EFBIG; -EIO; -ENOMEM. On an error nothing has changed.
int64 inode_write(struct inode *ip, const void *src, uint64 off, size_t n);
#define INODE_WRITE_MAX    (16 * BSIZE)
#define INODE_WRITE_BLOCKS 40

// Blocks that one inode_write of n bytes may change, at most INODE_WRITE_BLOCKS: for k blocks of
// data, up to 3 indirect ones, the inode, and a bitmap block for each block that is new.
static inline uint inode_write_blocks(size_t n)
{
    return 2 * min_u64(n / BSIZE + 2, INODE_WRITE_MAX / BSIZE) + 7;
}

// Makes it size bytes long, in transactions of its own as needed: call it with ip locked and
// outside fs_begin..fs_end. Growing leaves a hole. 0; -EFBIG; -EIO; -ENOMEM.
int inode_truncate(struct inode *ip, uint64 size);

// T One step of that: frees blocks from the end towards size, at most what a transaction of
// INODE_SHRINK_BLOCKS may change. 0: done; 1: more is to be done; -ENOMEM; -EIO (damaged: what
// could not be freed is let go).
int inode_shrink(struct inode *ip, uint64 size);
#define INODE_SHRINK_BLOCKS 32

void inode_stat(struct inode *ip, struct stat *st);

uint64 inodes_in_core(void);

#endif
