// The mapping from a file's blocks to the disk's. A block is reached through one to three slots:
// one in the inode, then one in each indirect block.
#include "kernel/fs/bmap.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/journal.h"

// The way to a block, as far as it leads: to the block's slot, or to an empty one before it.
struct way {
    uint slot[3];         // the index of each slot on the way
    uint64 first[3];      // the first block of the file below it
    uint depth;           // how many there are
    uint n;               // how many were passed
    uint32 *at;           // the last one passed
    struct block *holder; // it lies in this block, pinned; 0: in the inode
};

static inline void locate(struct way *w, uint64 bn)
{
    if (bn < NDIRECT) {
        w->slot[0] = bn;
        w->depth = 1;
    } else if (bn < NDIRECT + NINDIRECT) {
        w->slot[0] = NDIRECT;
        w->first[0] = NDIRECT;
        w->slot[1] = bn - NDIRECT;
        w->depth = 2;
    } else {
        uint64 at = bn - NDIRECT - NINDIRECT;
        w->slot[0] = NDIRECT + 1;
        w->first[0] = NDIRECT + NINDIRECT;
        w->slot[1] = at / NINDIRECT;
        w->slot[2] = at % NINDIRECT;
        w->first[1] = bn - w->slot[2];
        w->depth = 3;
    }
    w->first[w->depth - 1] = bn;
}

// Whose the block is that slot i of the way names.
static inline uint64 owner_at(const struct inode *ip, const struct way *w, uint i)
{
    return block_owner(ip->inum, w->depth - 1 - i, w->first[i]);
}

// Pins a block whose number came from the disk: -EIO if no file may hold it, or another does.
static int pin(uint64 owner, uint32 blockno, struct block **out)
{
    return block_valid(blockno) ? cache_get_for(owner, blockno, out) : -EIO;
}

// 0; -EIO; -ENOMEM: nothing is pinned.
static inline int find_way(struct inode *ip, uint64 bn, struct way *w)
{
    locate(w, bn);
    w->at = &ip->d.addrs[w->slot[0]];
    w->holder = 0;
    for (w->n = 1; *w->at && w->n < w->depth; w->n++) {
        struct block *b;
        int e = pin(owner_at(ip, w, w->n - 1), *w->at, &b);
        cache_put(w->holder);
        if (e)
            return e;
        w->holder = b;
        w->at = (uint32 *)block_data(b) + w->slot[w->n];
    }
    return 0;
}

int bmap_find(struct inode *ip, uint64 bn, uint32 *blockno)
{
    if (bn < NDIRECT) {
        *blockno = ip->d.addrs[bn];
    } else {
        struct way w;
        int e = find_way(ip, bn, &w);
        if (e)
            return e;
        *blockno = *w.at;
        cache_put(w.holder);
    }
    return *blockno == 0 || block_valid(*blockno) ? 0 : -EIO;
}

// Makes what the way lacks from slot i on, which is *at: new indirect blocks, each of which names
// the next, and the data block, pinned in *leaf.
static int graft(const struct inode *ip, const struct way *w, uint i, uint32 *at, uint32 hint,
                 struct block **leaf)
{
    const uint64 owner = owner_at(ip, w, i);
    struct block *b;
    uint32 blockno;
    int e = block_alloc(hint, &blockno);
    if (e)
        return e;
    e = cache_get_new(owner, blockno, &b);
    if (e == 0 && i + 1 < w->depth) {
        e = graft(ip, w, i + 1, (uint32 *)block_data(b) + w->slot[i + 1], blockno + 1, leaf);
        if (e == 0)
            journal_write(b);
        cache_put(b);
    } else if (e == 0) {
        *leaf = b;
    }
    if (e)
        block_free(owner, blockno);
    else
        *at = blockno;
    return e;
}

int bmap_make(struct inode *ip, uint64 bn, struct block **out)
{
    struct way w;
    int e = find_way(ip, bn, &w);
    if (e)
        return e;
    if (*w.at) {
        e = pin(owner_at(ip, &w, w.n - 1), *w.at, out);
    } else {
        uint32 hint = w.holder ? w.holder->blockno + 1 : 0;
        if (w.slot[w.n - 1] > 0 && w.at[-1] != 0)
            hint = w.at[-1] + 1;
        e = graft(ip, &w, w.n - 1, w.at, hint, out);
        if (e == 0 && w.holder)
            journal_write(w.holder);
        else if (e == 0)
            inode_update(ip);
    }
    cache_put(w.holder);
    return e;
}
