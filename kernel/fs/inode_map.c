// The pages of files, for those who map them (inode.h).
#include "kernel/errno.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache_internal.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"

#define READ_AROUND    8   // blocks read at once, if one of them is wanted and not there
#define READ_AHEAD_MAX 256 // asked for at one wish

static uint64 blocks_of(const struct inode *ip) { return (ip->d.size + BSIZE - 1) / BSIZE; }

// Asks for the wanted block and its neighbours, unless it is there.
static void read_around(const uint32 *blockno, uint n, uint wanted)
{
    uint32 list[READ_AROUND];
    uint first = wanted - wanted % READ_AROUND, count = 0;
    if (cache_present(blockno[wanted]))
        return;
    for (uint i = first; i < n && i < first + READ_AROUND; i++)
        if (blockno[i] != 0)
            list[count++] = blockno[i];
    if (count > 1)
        cache_read_ahead(list, count);
}

int inode_map_blocks(struct inode *ip, uint64 first, uint n, uint wanted, struct block **out)
{
    uint32 blockno[INODE_MAP_MAX] = {0};
    debug_assert(sleeplock_holding(&ip->lock) && n <= INODE_MAP_MAX);
    if (first + wanted >= blocks_of(ip))
        return -ENXIO;
    n = min_u64(n, blocks_of(ip) - first);
    for (uint i = 0; i < n; i++) {
        int e = bmap_find(ip, first + i, &blockno[i]);
        if (e && i == wanted)
            return e;
        if (e)
            blockno[i] = 0;
    }
    if (blockno[wanted] != 0) {
        read_around(blockno, n, wanted);
        int e = cache_get(blockno[wanted], &out[wanted]);
        if (e)
            return e;
    }
    for (uint i = 0; i < n; i++)
        if (i != wanted && blockno[i] != 0)
            out[i] = cache_get_ready(blockno[i]);
    return 0;
}

void inode_read_ahead(struct inode *ip, uint64 first, uint64 n)
{
    uint32 list[READ_AROUND];
    if (inode_lock(ip))
        return;
    uint64 end = min_u64(n, READ_AHEAD_MAX) + first;
    for (end = min_u64(end, blocks_of(ip)); first < end;) {
        uint count = 0;
        while (count < READ_AROUND && first < end)
            if (bmap_find(ip, first++, &list[count]) == 0 && list[count] != 0)
                count++;
        cache_read_ahead(list, count);
    }
    inode_unlock(ip);
}

int inode_store_block(struct inode *ip, uint64 bn, struct block **out)
{
    bool changed = false;
    debug_assert(sleeplock_holding(&ip->lock));
    if (bn >= blocks_of(ip))
        return -ENXIO;
    int e = bmap_make(ip, bn, out, &changed);
    if (e)
        return e;
    if (changed)
        inode_update(ip);
    journal_write(*out);
    if (bn == ip->d.size / BSIZE)
        block_set_tail(*out, ip->d.size % BSIZE);
    return 0;
}

int inode_clear_tail(struct inode *ip)
{
    uint32 blockno = 0;
    int e = ip->d.size % BSIZE ? bmap_find(ip, ip->d.size / BSIZE, &blockno) : 0;
    struct block *b = blockno ? cache_get_ready(blockno) : 0;
    if (b) {
        block_cut_tail(b);
        cache_put(b);
    }
    return e;
}
