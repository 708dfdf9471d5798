// The bytes of files: reading, with read-ahead, writing, and the pages for those who map them.
// DESIGN: "The file system".
//
// Of the last block of a file the bytes beyond its size are zero, on disk and in the cache, so
// that a file that grows later shows zeroes there.
#include "kernel/fs/inode.h"

#include "kernel/errno.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache_internal.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"

#define READ_AHEAD 16 // blocks; the next ones are asked for half-way through those before
// Blocks read at once for a mapping, if one of them is wanted and not there.
#define READ_AROUND    8
#define READ_AHEAD_MAX 256 // asked for at one wish

static uint64 blocks_of(const struct inode *ip) { return (ip->d.size + BSIZE - 1) / BSIZE; }

// Asks for blocks first to first + n - 1 of the file, as far as it has them.
static void ask_for(struct inode *ip, uint64 first, uint64 n)
{
    const uint64 end = min_u64(first + n, blocks_of(ip));
    while (first < end) {
        uint32 list[READ_AHEAD];
        uint count = 0;
        for (; count < READ_AHEAD && first < end; first++)
            if (bmap_find(ip, first, &list[count]) == 0 && list[count] != 0)
                count++;
        cache_read_ahead(list, count);
    }
}

// The file's block bn is about to be read: is it the next one?
static void read_ahead(struct inode *ip, uint64 bn)
{
    bool sequential = bn == ip->last_block;
    ip->last_block = bn + 1;
    if (unlikely(sequential && (bn == 0 || bn % READ_AHEAD == READ_AHEAD / 2)))
        ask_for(ip, bn ? bn + READ_AHEAD / 2 : 0, READ_AHEAD);
}

int inode_block(struct inode *ip, uint64 off, struct block **out)
{
    uint32 blockno;
    debug_assert(sleeplock_holding(&ip->lock));
    *out = 0;
    read_ahead(ip, off / BSIZE);
    int e = bmap_find(ip, off / BSIZE, &blockno);
    if (e || blockno == 0)
        return e;
    return cache_get_for(block_owner(ip->inum, 0, off / BSIZE), blockno, out);
}

int64 inode_read(struct inode *ip, void *dst, uint64 off, size_t n)
{
    size_t done = 0;
    if (off >= ip->d.size)
        return 0;
    n = min_u64(n, ip->d.size - off);
    while (done < n) {
        struct block *b;
        size_t at = (off + done) % BSIZE, m = min_u64(BSIZE - at, n - done);
        int e = inode_block(ip, off + done, &b);
        if (e)
            return e;
        if (b) {
            memcpy((char *)dst + done, (char *)block_data(b) + at, m);
            cache_put(b);
        } else {
            memset((char *)dst + done, 0, m);
        }
        done += m;
    }
    return done;
}

// Copies n bytes from src to the file's bytes at off, all in one block.
static int write_in_block(struct inode *ip, const void *src, uint64 off, size_t n)
{
    struct block *b;
    int e = bmap_make(ip, off / BSIZE, &b);
    if (e)
        return e;
    block_extend_tail(b, off % BSIZE + n);
    memcpy((char *)block_data(b) + off % BSIZE, src, n);
    journal_write(b);
    cache_put(b);
    return 0;
}

int64 inode_write(struct inode *ip, const void *src, uint64 off, size_t n)
{
    const uint64 max = (uint64)MAXFILE * BSIZE;
    size_t done = 0;
    int e = 0;
    if (off >= max)
        return n ? -EFBIG : 0;
    n = min_u64(min_u64(n, max - off), INODE_WRITE_MAX - off % BSIZE);
    if (n && off > ip->d.size)
        e = inode_clear_tail(ip);
    while (e == 0 && done < n) {
        size_t m = min_u64(BSIZE - (off + done) % BSIZE, n - done);
        e = write_in_block(ip, (const char *)src + done, off + done, m);
        if (e == 0)
            done += m;
    }
    if (done > 0 && off + done > ip->d.size) {
        ip->d.size = off + done;
        inode_update(ip);
    }
    return done ? (int64)done : e;
}

// The pinned block bn, 0 for a hole. If it must be read, its neighbours are asked for, too.
static int map_wanted(struct inode *ip, uint64 bn, struct block **out)
{
    uint32 blockno;
    int e = bmap_find(ip, bn, &blockno);
    if (e || blockno == 0)
        return e;
    if (!cache_present(blockno))
        ask_for(ip, bn - bn % READ_AROUND, READ_AROUND);
    return cache_get_for(block_owner(ip->inum, 0, bn), blockno, out);
}

int inode_map_blocks(struct inode *ip, uint64 first, uint n, uint wanted, struct block **out)
{
    debug_assert(sleeplock_holding(&ip->lock));
    if (first + wanted >= blocks_of(ip))
        return -ENXIO;
    int e = map_wanted(ip, first + wanted, &out[wanted]);
    n = min_u64(n, blocks_of(ip) - first);
    for (uint i = 0; e == 0 && i < n; i++) {
        uint32 blockno;
        if (i != wanted && bmap_find(ip, first + i, &blockno) == 0 && blockno != 0)
            out[i] = cache_get_ready(block_owner(ip->inum, 0, first + i), blockno);
    }
    return e;
}

void inode_read_ahead(struct inode *ip, uint64 first, uint64 n)
{
    inode_lock(ip);
    ask_for(ip, first, min_u64(n, READ_AHEAD_MAX));
    inode_unlock(ip);
}

int inode_store_block(struct inode *ip, uint64 bn, struct block **out)
{
    debug_assert(sleeplock_holding(&ip->lock));
    if (bn >= blocks_of(ip))
        return -ENXIO;
    int e = bmap_make(ip, bn, out);
    if (e)
        return e;
    journal_write(*out);
    if (bn == ip->d.size / BSIZE)
        block_set_tail(*out, ip->d.size % BSIZE);
    return 0;
}

int inode_clear_tail(struct inode *ip)
{
    const uint64 last = ip->d.size / BSIZE;
    uint32 blockno = 0;
    int e = ip->d.size % BSIZE ? bmap_find(ip, last, &blockno) : 0;
    struct block *b = blockno ? cache_get_ready(block_owner(ip->inum, 0, last), blockno) : 0;
    if (b) {
        block_cut_tail(b);
        cache_put(b);
    }
    return e;
}
