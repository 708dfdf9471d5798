// The mapping from a file's blocks to the disk's. The way to a block passes one to three pointers:
// one in the inode, then one in each indirect block.
#include "kernel/fs/bmap.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/journal.h"

// The way to a block, as far as it leads: to the block's pointer, or to an earlier one that is 0.
struct way {
    uint index[3];        // of each pointer on the way, in the inode or in its indirect block
    uint64 first[3];      // the first block of the file that lies below it
    uint depth;           // how many there are
    uint n;               // how many were passed
    uint32 *at;           // the last one passed
    struct block *holder; // it lies in this block, pinned; NULL: in the inode
};

static inline void locate(struct way *w, uint64 bn)
{
    if (bn < NDIRECT) {
        w->index[0] = bn;
        w->depth = 1;
    } else if (bn < NDIRECT + NINDIRECT) {
        w->index[0] = NDIRECT;
        w->first[0] = NDIRECT;
        w->index[1] = bn - NDIRECT;
        w->depth = 2;
    } else {
        uint64 at = bn - NDIRECT - NINDIRECT;
        w->index[0] = NDIRECT + 1;
        w->first[0] = NDIRECT + NINDIRECT;
        w->index[1] = at / NINDIRECT;
        w->index[2] = at % NINDIRECT;
        w->first[1] = bn - w->index[2];
        w->depth = 3;
    }
    w->first[w->depth - 1] = bn;
}

// The place in the file (block_owner) of the block that pointer i of the way names.
static inline uint64 owner_at(const struct inode *ip, const struct way *w, uint i)
{
    return block_owner(ip->inum, w->depth - 1 - i, w->first[i]);
}

// Pins a block whose number came from the disk: -EIO if no file may hold it, or another place does.
static int pin_for(uint64 owner, uint32 blockno, struct block **out)
{
    if (!block_valid(blockno))
        return -EIO;
    return cache_get_for(owner, blockno, out);
}

// 0; -EIO; -ENOMEM: nothing is pinned.
static inline int find_way(struct inode *ip, uint64 bn, struct way *w)
{
    locate(w, bn);
    w->at = &ip->d.addrs[w->index[0]];
    w->holder = NULL;

    // Each indirect block is pinned for as long as a pointer in it is looked at.
    for (w->n = 1; *w->at && w->n < w->depth; w->n++) {
        struct block *b;
        int err = pin_for(owner_at(ip, w, w->n - 1), *w->at, &b);
        cache_put(w->holder);
        if (err)
            return err;
        w->holder = b;
        w->at = (uint32 *)block_data(b) + w->index[w->n];
    }
    return 0;
}

int bmap_find(struct inode *ip, uint64 bn, uint32 *blockno)
{
    if (bn < NDIRECT) {
        *blockno = ip->d.addrs[bn]; // most files have no others
    } else {
        struct way w;
        int err = find_way(ip, bn, &w);
        if (err)
            return err;
        *blockno = *w.at;
        cache_put(w.holder);
    }
    if (*blockno != 0 && !block_valid(*blockno))
        return -EIO;
    return 0;
}

// Makes what is missing on the way from pointer i on, which is *at and 0: new indirect blocks, each
// of which names the next, and the data block, pinned in *data. On an error all that was allocated
// is free again, and *at is 0.
static int extend_way(const struct inode *ip, const struct way *w, uint i, uint32 *at, uint32 hint,
                      struct block **data)
{
    const uint64 owner = owner_at(ip, w, i);
    struct block *b;
    uint32 blockno;

    int err = block_alloc(hint, &blockno);
    if (err)
        return err;
    err = cache_get_new(owner, blockno, &b);
    if (err == 0 && i + 1 < w->depth) {
        uint32 *next = (uint32 *)block_data(b) + w->index[i + 1];
        err = extend_way(ip, w, i + 1, next, blockno + 1, data);
        if (err == 0)
            journal_write(b);
        cache_put(b);
    } else if (err == 0) {
        *data = b;
    }

    if (err)
        block_free(owner, blockno);
    else
        *at = blockno;
    return err;
}

int bmap_make(struct inode *ip, uint64 bn, struct block **out)
{
    struct way w;
    int err = find_way(ip, bn, &w);
    if (err)
        return err;

    if (*w.at) {
        err = pin_for(owner_at(ip, &w, w.n - 1), *w.at, out);
    } else {
        // Best behind the file's block before, else behind the indirect block.
        uint32 hint = 0;
        if (w.index[w.n - 1] > 0 && w.at[-1] != 0)
            hint = w.at[-1] + 1;
        else if (w.holder != NULL)
            hint = w.holder->blockno + 1;

        err = extend_way(ip, &w, w.n - 1, w.at, hint, out);
        if (err == 0 && w.holder != NULL)
            journal_write(w.holder);
        else if (err == 0)
            inode_update(ip);
    }
    cache_put(w.holder);
    return err;
}
