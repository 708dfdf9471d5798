// The mapping from a file's blocks to the disk's. A block is reached through one to three slots:
// one in the inode, then one in each indirect block.
#include "kernel/fs/bmap.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"

#define DEPTH_MAX 3

// The slots that lead to block bn; returns how many.
static uint locate(uint64 bn, uint slot[DEPTH_MAX])
{
    if (bn < NDIRECT) {
        slot[0] = bn;
        return 1;
    }
    bn -= NDIRECT;
    if (bn < NINDIRECT) {
        slot[0] = NDIRECT;
        slot[1] = bn;
        return 2;
    }
    bn -= NINDIRECT;
    slot[0] = NDIRECT + 1;
    slot[1] = bn / NINDIRECT;
    slot[2] = bn % NINDIRECT;
    return 3;
}

int bmap_pin(uint32 blockno, struct block **out)
{
    return block_valid(blockno) ? cache_get(blockno, out) : -EIO;
}

int bmap_find(struct inode *ip, uint64 bn, uint32 *blockno)
{
    uint slot[DEPTH_MAX];
    uint depth = locate(bn, slot);
    uint32 at = ip->d.addrs[slot[0]];
    for (uint i = 1; at && i < depth; i++) {
        struct block *b;
        int e = bmap_pin(at, &b);
        if (e)
            return e;
        at = ((uint32 *)block_data(b))[slot[i]];
        cache_put(b);
    }
    *blockno = at;
    return at == 0 || block_valid(at) ? 0 : -EIO;
}

// A new block, zeroed and pinned.
static int block_new(uint32 hint, struct block **out)
{
    uint32 blockno;
    int e = block_alloc(hint, &blockno);
    if (e)
        return e;
    e = cache_get_new(blockno, out);
    if (e)
        block_free(blockno);
    return e;
}

static void block_discard(struct block *b)
{
    uint32 blockno = b->blockno;
    cache_put(b);
    block_free(blockno);
}

// Makes a data block below a chain of n new indirect blocks, each of which points to the next in
// the given slot. *top is the chain's first block, *leaf the data block, pinned.
static int graft(const uint *slot, uint n, uint32 hint, uint32 *top, struct block **leaf)
{
    struct block *made[DEPTH_MAX];
    for (uint i = 0; i <= n; i++) {
        int e = block_new(hint, &made[i]);
        if (e) {
            while (i-- > 0)
                block_discard(made[i]);
            return e;
        }
        hint = made[i]->blockno + 1;
    }
    *top = made[0]->blockno;
    *leaf = made[n];
    for (uint i = 0; i < n; i++) {
        ((uint32 *)block_data(made[i]))[slot[i]] = made[i + 1]->blockno;
        journal_write(made[i]);
        cache_put(made[i]);
    }
    return 0;
}

// Fills an empty slot, the index-th of those in holder (0: in the inode).
static int fill_slot(uint32 *at, uint index, struct block *holder, const uint *slot, uint n,
                     struct block **out)
{
    uint32 hint = holder ? holder->blockno + 1 : 0;
    if (index > 0 && at[-1] != 0)
        hint = at[-1] + 1;
    int e = graft(slot, n, hint, at, out);
    if (e == 0 && holder)
        journal_write(holder);
    return e;
}

int bmap_make(struct inode *ip, uint64 bn, struct block **out, bool *changed)
{
    uint slot[DEPTH_MAX];
    uint depth = locate(bn, slot), i = 1;
    struct block *holder = 0;
    uint32 *at = &ip->d.addrs[slot[0]];
    for (; *at && i < depth; i++) {
        struct block *b;
        int e = bmap_pin(*at, &b);
        if (holder)
            cache_put(holder);
        if (e)
            return e;
        holder = b;
        at = (uint32 *)block_data(b) + slot[i];
    }
    int e;
    if (*at) {
        e = bmap_pin(*at, out);
    } else {
        e = fill_slot(at, slot[i - 1], holder, &slot[i], depth - i, out);
        if (e == 0 && !holder)
            *changed = true;
    }
    if (holder)
        cache_put(holder);
    return e;
}

// Blocks below slots[0 .. n), which are levels above data blocks.
static uint32 count_slots(const uint32 *slots, uint n, uint levels)
{
    uint32 total = 0;
    for (uint i = 0; i < n; i++) {
        struct block *b;
        if (slots[i] == 0)
            continue;
        total++;
        if (levels > 0 && bmap_pin(slots[i], &b) == 0) {
            total += count_slots(block_data(b), NINDIRECT, levels - 1);
            cache_put(b);
        }
    }
    return total;
}

uint32 bmap_count(struct inode *ip)
{
    const uint32 *a = ip->d.addrs;
    return count_slots(a, NDIRECT, 0) + count_slots(&a[NDIRECT], 1, 1) +
           count_slots(&a[NDIRECT + 1], 1, 2);
}
