// Inodes in core, and the bytes of files.
//
//     states:  table entry with users (refs > 0), loaded (home is set) when a path leads to it ->
//     ... ->
//              last inode_put; if nlink is 0 then, the file's blocks and the inode are freed
//     a life:  inode_get, inode_load, inode_lock, look or change, inode_unlock, inode_put
//
// Everything of an inode but its number and count is guarded by its lock; its type, once it is
// loaded, does not change, and its links change under names_lock only (kernel/fs/path.h). Nobody
// holds the locks of two inodes. A transaction is begun before an inode is locked.
//
// The block of a loaded inode stays pinned: changing an inode cannot fail.
#ifndef KERNEL_FS_INODE_H
#define KERNEL_FS_INODE_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/thread/sleeplock.h"
#include "kernel/stat.h"

struct block;

// T inode table's lock; L inode lock; I immutable
struct inode {
    struct inode *next;    // T: in its chain of the table
    struct inode *waiting; // T: in the list of those to be freed
    uint32 inum;           // I
    int32 refs;            // T
    struct sleeplock lock;
    // L: the disk's block that holds it, which the cache keeps; 0: not loaded yet
    struct block *home;
    struct dinode d;   // L: written through to home by inode_update
    uint32 last_block; // L: read-ahead: where the last read ended
    bool turn;         // T: a long write has its turn (inode_begin_turn)
    int32 busy;        // T: > 0: how many may write its bytes; < 0: how many run it as a program
    // Whoever maps the file (vm/mapping.c), guarded by its lock.
    struct list mappings;
    uint64 mapping_round; // counts cuts, from 1
};

// The inode with that number, one more user. 0; -ENOMEM; -ENFILE; -EIO for an impossible number, or
// one that is being freed.
int inode_get(uint32 inum, struct inode **out);
struct inode *inode_dup(struct inode *ip); // one more user; returns ip
// one less (ip may be 0). Outside of transactions, no inode locked
void inode_put(struct inode *ip);

// A program file that runs cannot be written, and one that may be written cannot be run: those who
// do either are counted, up for the one and down for the other. 0; -ETXTBSY; -EROFS: no file of
// this disk can be written.
enum inode_use { INODE_WRITE = 1, INODE_RUN = -1 };
int inode_begin_use(struct inode *ip, enum inode_use use);
void inode_end_use(struct inode *ip, enum inode_use use);

// A write of several transactions has its turn from the first to the last: nobody else's bytes come
// in between. A turn is no lock: its owner may touch user memory, even a mapping of the same file.
// begin waits for that of others: 0; -EINTR.
int inode_begin_turn(struct inode *ip);
void inode_end_turn(struct inode *ip);
// => ip locked. True if somebody has a turn: then only its owner writes.
static inline bool inode_in_turn(const struct inode *ip)
{
    return __atomic_load_n(&ip->turn, __ATOMIC_RELAXED);
}

// Reads it from the disk, if that has not been done yet: 0; -EIO; -ENOMEM. Whoever has got an inode
// from a path has one that is loaded, and stays so.
int inode_load(struct inode *ip);

void inode_lock(struct inode *ip); // ip is loaded
void inode_unlock(struct inode *ip);

// All below, unless they say otherwise: ip locked; those marked T inside a transaction.

void inode_update(struct inode *ip); // T Writes ip->d to its block

// Reads up to n bytes at off into dst (kernel memory). Returns how many (0 at the end); -EIO;
// -ENOMEM. Holes read as zeroes.
int64 inode_read(struct inode *ip, void *dst, uint64 off, size_t n);
// The pinned cache block that holds the bytes at off, to copy from after the lock is let go:
// *out is 0 for a hole. The caller cache_puts it. 0; -EIO; -ENOMEM.
int inode_block(struct inode *ip, uint64 off, struct block **out);

// The pinned cache blocks first to first + n - 1 of the file, to be mapped: out[wanted], read if
// need be (0: a hole), the others only if they are in the cache (else 0; out is 0 before). If
// wanted must be read, neighbours are asked for, too. 0; -ENXIO: wanted lies beyond the file's end;
// -EIO; -ENOMEM.
int inode_map_blocks(struct inode *ip, uint64 first, uint n, uint wanted, struct block **out);

// Starts reading pages first to first + n - 1 of the file, as far as it has them and the disk can
// take them up, and waits for none. ip is not locked.
void inode_read_ahead(struct inode *ip, uint64 first, uint64 n);

// T The pinned block bn of the file, made if it was a hole, for somebody who will store into it
// until the group is committed. What is stored beyond the file's end does not count. 0; -ENXIO;
// -ENOSPC; -EIO; -ENOMEM.
int inode_store_block(struct inode *ip, uint64 bn, struct block **out);
#define INODE_STORE_BLOCKS 10 // that it changes, at most

// T The file is about to grow by a gap: what was stored through a mapping behind its end, in its
// last block, must not be seen. 0; -EIO; -ENOMEM.
int inode_clear_tail(struct inode *ip);

// T Writes n bytes from src (kernel memory) at off, growing the file; if off lies beyond its size,
// the gap is a hole. Returns how many it wrote: at most what lies in 16 blocks of the file, or
// less when the disk is full; -ENOSPC; -EFBIG; -EIO; -ENOMEM. On an error nothing has changed.
int64 inode_write(struct inode *ip, const void *src, uint64 off, size_t n);
#define INODE_WRITE_MAX (16 * BSIZE)

// Blocks that one inode_write of n bytes may change: for k blocks of data, up to 3 indirect ones,
// the inode, and a bitmap block for each block that is new.
static inline uint inode_write_blocks(size_t n)
{
    return 2 * min_u64(n / BSIZE + 2, INODE_WRITE_MAX / BSIZE) + 7;
}

void inode_stat(struct inode *ip, struct stat *st);

uint64 inodes_in_core(void);

#endif
