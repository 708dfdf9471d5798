// The bytes of files: reading, with read-ahead, and writing. DESIGN: "The file system".
//
// Of the last block of a file the bytes beyond its size are zero, on disk and in the cache, so
// that a file that grows later shows zeroes there.
#include "kernel/fs/inode.h"

#include "kernel/errno.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"

#define READ_AHEAD 16 // blocks; the next ones are asked for half-way through those before

static void read_ahead(struct inode *ip, uint64 bn)
{
    bool sequential = bn == ip->last_block;
    ip->last_block = bn + 1;
    if (likely(!sequential || (bn != 0 && bn % READ_AHEAD != READ_AHEAD / 2)))
        return;
    uint32 blocknos[READ_AHEAD];
    uint n = 0;
    uint64 next = bn ? bn + READ_AHEAD / 2 : 0;
    uint64 end = min_u64(next + READ_AHEAD, (ip->d.size + BSIZE - 1) / BSIZE);
    for (; next < end; next++)
        if (bmap_find(ip, next, &blocknos[n]) == 0 && blocknos[n] != 0)
            n++;
    if (n > 1)
        cache_read_ahead(blocknos, n);
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
    return cache_get(blockno, out);
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
static int write_in_block(struct inode *ip, const void *src, uint64 off, size_t n, bool *changed)
{
    struct block *b;
    int e = bmap_make(ip, off / BSIZE, &b, changed);
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
    bool changed = false;
    size_t done = 0;
    int e = 0;
    if (off >= max)
        return n ? -EFBIG : 0;
    n = min_u64(min_u64(n, max - off), INODE_WRITE_MAX - off % BSIZE);
    if (n && off > ip->d.size)
        e = inode_clear_tail(ip);
    while (e == 0 && done < n) {
        size_t m = min_u64(BSIZE - (off + done) % BSIZE, n - done);
        e = write_in_block(ip, (const char *)src + done, off + done, m, &changed);
        if (e == 0)
            done += m;
    }
    if (done > 0 && off + done > ip->d.size) {
        ip->d.size = off + done;
        changed = true;
    }
    if (changed)
        inode_update(ip);
    return done ? (int64)done : e;
}
