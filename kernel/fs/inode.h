// Inodes in core, and the bytes of files.
//
//                 inode_get           inode_load            its last name goes
//     NOT IN CORE ---------> IN CORE ------------> LOADED -----------------> WITHOUT LINKS
//        ^   ^            home is NULL         d is what the              inode_get refuses it
//        |   |                  |              disk has  |                        |
//        |   +-- last inode_put +------------------------+                        |
//        |                               last inode_put: the file's blocks and    |
//        +------------------------------ then the inode are freed on disk --------+
//
//     a life:  inode_get, inode_load, inode_lock, look or change, inode_unlock, inode_put
//
// Everything of an inode but its number and its counts is guarded by its lock. Its type does not
// change once it is loaded, and its links change under names_lock only (kernel/fs/path.h). Nobody
// holds the locks of two inodes. A transaction is begun before an inode is locked.
//
// The cache keeps the block of a loaded inode, so that changing an inode cannot fail.
#ifndef KERNEL_FS_INODE_H
#define KERNEL_FS_INODE_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/thread/sleeplock.h"
#include "kernel/stat.h"

// t table_lock (inode.c); L inode lock; I immutable; m the lock of vm/space/mapping.c
struct inode {
    struct inode *next;        // t: in its chain of the table
    struct inode *next_unused; // t: in the list of those that are to be freed
    uint32 inum;               // I
    int32 refs;                // t: users
    uint32 writers;            // t: those that may write its bytes (inode_begin_use)
    uint32 runners;            // t: those that run it as a program; never both
    bool turn;                 // t: a long write has its turn (inode_begin_turn)
    struct sleeplock lock;
    struct block *home;   // L: the block that holds it, kept by the cache; NULL: not loaded
    struct dinode d;      // L: as on disk; inode_update writes it to home
    uint32 next_block;    // L: for read-ahead: the block behind the one that was read last
    struct list mappings; // m: of the file into address spaces
    uint64 mapping_round; // m: counts cuts, from 1
};

// The inode with that number, one more user, not locked. 0; -ENOMEM; -ENFILE: too many are in core;
// -EIO: an impossible number, or an inode that is being freed: the image is damaged.
int inode_get(uint32 inum, struct inode **out);
struct inode *inode_dup(struct inode *ip); // one more user; returns ip
// One user less. The last one frees the file if it has no links. Outside of transactions, with no
// inode locked. ip may be NULL.
void inode_put(struct inode *ip);

// A file that is being run as a program may not be written, and one that is being written may not
// be run. Any number of users may do the same to it. 0; -ETXTBSY; -EROFS: no file of this disk can
// be written.
enum inode_use { INODE_WRITE, INODE_RUN };
int inode_begin_use(struct inode *ip, enum inode_use use);
void inode_end_use(struct inode *ip, enum inode_use use);

// A write of several transactions has its turn from the first to the last: nobody else's bytes come
// in between. A turn is no lock: its owner may touch user memory, even a mapping of the same file.
// begin waits until nobody else has a turn: 0; -EINTR: the process was killed.
int inode_begin_turn(struct inode *ip);
void inode_end_turn(struct inode *ip);
// => ip locked. True if somebody has a turn: then only that owner writes.
static inline bool inode_in_turn(const struct inode *ip)
{
    return __atomic_load_n(&ip->turn, __ATOMIC_RELAXED);
}

// Reads the inode from the disk, if that has not been done yet: 0; -EIO; -ENOMEM. An inode that a
// path has led to is loaded, and stays so.
int inode_load(struct inode *ip);

void inode_lock(struct inode *ip); // ip is loaded
void inode_unlock(struct inode *ip);

// All that follows, unless it says otherwise: ip is locked.

// Writes ip->d to its block. In a transaction.
void inode_update(struct inode *ip);

// Reads up to n bytes at off into dst (kernel memory). Holes read as zeroes. Returns how many, 0
// behind the file's end; -EIO; -ENOMEM.
int64 inode_read(struct inode *ip, void *dst, uint64 off, size_t n);
// The cache block that holds the byte at off, pinned, to be copied from after the lock is let go.
// *out is NULL for a hole. The caller does cache_put. 0; -EIO; -ENOMEM.
int inode_block(struct inode *ip, uint64 off, struct block **out);

// Pinned cache blocks of the file to be mapped: in out[i] its block first + i, for i < n. The block
// out[wanted] is read if need be, and its neighbours are asked for then, too; it is NULL for a
// hole. The others are there only if they are in the cache. All of out is NULL before. 0; -ENXIO:
// wanted lies behind the file's end; -EIO; -ENOMEM.
int inode_map_blocks(struct inode *ip, uint64 first, uint n, uint wanted, struct block **out);

// Starts to read blocks first to first + n - 1 of the file, as far as it has them and the disk can
// take them up, and waits for none. ip is not locked.
void inode_read_ahead(struct inode *ip, uint64 first, uint64 n);

// The block bn of the file, pinned, made if it was a hole: the caller will store into it until the
// group is committed. What is stored behind the file's end does not count. In a transaction. 0;
// -ENXIO: it lies behind the file's end; -ENOSPC; -EIO; -ENOMEM.
int inode_store_block(struct inode *ip, uint64 bn, struct block **out);
#define INODE_STORE_BLOCKS 10 // blocks that it changes, at most

// The file is about to grow by a gap. What was stored through a mapping behind its end, in its last
// block, must not be seen: zeroes it. In a transaction. 0; -EIO; -ENOMEM.
int inode_clear_tail(struct inode *ip);

// Writes n bytes from src (kernel memory) at off. The file grows as needed; if off lies behind its
// end, the gap is a hole. In a transaction. Returns how many bytes are written: at most those that
// lie in 16 blocks of the file, or fewer when the disk is full; -ENOSPC; -EFBIG; -EIO; -ENOMEM. On
// an error nothing has changed.
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
