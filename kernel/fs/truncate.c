// Making files shorter or longer. Blocks are freed from the end, in transactions of bounded size;
// between two of them the file is whole, only longer than asked for.
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/string.h"

// A step changes the inode, up to two lowest indirect blocks and the root of the doubly indirect
// ones, the last block that stays, and this many blocks of the bitmap.
#define STEP_LEAVES  2
#define STEP_BITMAPS 20

static_assert(1 + STEP_LEAVES + 1 + 1 + STEP_BITMAPS <= INODE_SHRINK_BLOCKS, "credits of a step");

// The state of one step.
struct shrink {
    uint64 end;  // blocks of the file from here on are free
    uint32 map;  // bitmap block changed last
    uint maps;   // how many more may be changed
    uint leaves; // the same for lowest indirect blocks
    bool stop;   // no more in this step: the transaction is full, or memory is short
    bool no_memory;
    bool damaged; // a pointer led nowhere and was let go
};

static void stop(struct shrink *s, int error)
{
    s->stop = true;
    s->no_memory = error == -ENOMEM;
}

// Frees the block that *slot names and clears the slot: false if the step must stop first.
static bool free_slot(struct shrink *s, uint32 *slot)
{
    if (*slot == 0)
        return true;
    if (block_valid(*slot) && BBLOCK(*slot, superblock) != s->map) {
        if (s->maps == 0) {
            stop(s, 0);
            return false;
        }
        s->maps--;
        s->map = BBLOCK(*slot, superblock);
    }
    int e = block_free(*slot);
    if (e == -ENOMEM) {
        stop(s, e);
        return false;
    }
    s->damaged |= e != 0;
    *slot = 0;
    return true;
}

// Frees the file's blocks [first, s->end); slots[0] is that of block base.
static void free_slots(struct shrink *s, uint32 *slots, uint64 base, uint64 first)
{
    while (s->end > first && free_slot(s, &slots[s->end - 1 - base]))
        s->end--;
}

// Pins the indirect block that *slot names. False if there is none (a hole; or a bad number, then
// *slot is cleared) or the step must stop.
static bool pin_slot(struct shrink *s, uint32 *slot, struct block **b)
{
    int e = *slot ? bmap_pin(*slot, b) : -ENOENT;
    if (e == -ENOMEM)
        stop(s, e);
    else if (e == -EIO)
        s->damaged = true;
    if (e == -EIO)
        *slot = 0;
    return e == 0;
}

// Frees the file's blocks [first, s->end) below the indirect block in *slot, whose first is base,
// and that block itself if none is left. True if the slot was cleared.
static bool shrink_leaf(struct shrink *s, uint32 *slot, uint64 base, uint64 first)
{
    const uint32 before = *slot;
    struct block *b;
    if (before && s->leaves == 0) {
        stop(s, 0);
        return false;
    }
    if (!pin_slot(s, slot, &b)) {
        if (!s->stop)
            s->end = first;
        return *slot != before;
    }
    s->leaves--;
    free_slots(s, block_data(b), base, first);
    if (s->end > base || !free_slot(s, slot)) {
        journal_write(b);
        s->end = max_u64(s->end, base + 1); // the indirect block stays within the file
    }
    cache_put(b);
    return *slot != before;
}

// The same for the blocks below the doubly indirect root.
static void shrink_double(struct shrink *s, uint32 *slot, uint64 first)
{
    const uint64 base = NDIRECT + NINDIRECT;
    struct block *root;
    bool changed = false;
    first = max_u64(base, first);
    if (!pin_slot(s, slot, &root)) {
        if (!s->stop)
            s->end = first;
        return;
    }
    while (s->end > first && !s->stop) {
        uint64 i = (s->end - 1 - base) / NINDIRECT, leaf = base + i * NINDIRECT;
        changed |= shrink_leaf(s, (uint32 *)block_data(root) + i, leaf, max_u64(leaf, first));
    }
    if (s->end > base || !free_slot(s, slot)) {
        if (changed)
            journal_write(root);
        s->end = max_u64(s->end, base + 1);
    }
    cache_put(root);
}

// The file now ends at size, inside a block: the rest of that block becomes zero.
static int clear_tail(struct inode *ip, uint64 size)
{
    struct block *b;
    uint32 blockno;
    int e = size % BSIZE ? bmap_find(ip, size / BSIZE, &blockno) : 0;
    if (e || size % BSIZE == 0 || blockno == 0)
        return e;
    e = cache_get(blockno, &b);
    if (e)
        return e;
    memset((char *)block_data(b) + size % BSIZE, 0, BSIZE - size % BSIZE);
    journal_write(b);
    cache_put(b);
    return 0;
}

int inode_shrink(struct inode *ip, uint64 size)
{
    const uint64 first = (size + BSIZE - 1) / BSIZE;
    uint32 *slots = ip->d.addrs;
    struct shrink s = {
        .end = (ip->d.size + BSIZE - 1) / BSIZE, .maps = STEP_BITMAPS, .leaves = STEP_LEAVES};
    struct block *home;
    int e = inode_pin(ip, &home); // so that the update cannot fail
    if (e)
        return e;
    if (s.end > NDIRECT + NINDIRECT && s.end > first)
        shrink_double(&s, &slots[NDIRECT + 1], first);
    if (s.end > NDIRECT && s.end > first && !s.stop)
        shrink_leaf(&s, &slots[NDIRECT], NDIRECT, max_u64(NDIRECT, first));
    if (!s.stop)
        free_slots(&s, slots, 0, first);
    if (s.end <= first)
        e = clear_tail(ip, size);
    if (s.end > first)
        ip->d.size = min_u64(ip->d.size, s.end * BSIZE);
    else if (e != -ENOMEM)
        ip->d.size = size;
    inode_update(ip);
    cache_put(home);
    if (s.no_memory || e)
        return e ? e : -ENOMEM;
    return s.end > first ? 1 : s.damaged ? -EIO : 0;
}

// One transaction of a truncation.
static int truncate_step(struct inode *ip, uint64 size)
{
    int e = fs_begin(INODE_SHRINK_BLOCKS);
    sleeplock_lock(&ip->lock); // loaded: the caller had it locked
    if (e)
        return e;
    if (size < ip->d.size) {
        e = inode_shrink(ip, size);
    } else {
        uint64 old = ip->d.size;
        ip->d.size = size;
        e = inode_update(ip);
        if (e)
            ip->d.size = old;
    }
    inode_unlock(ip);
    fs_end();
    sleeplock_lock(&ip->lock);
    return e;
}

int inode_truncate(struct inode *ip, uint64 size)
{
    int e;
    if (size > (uint64)MAXFILE * BSIZE)
        return -EFBIG;
    if (size == ip->d.size)
        return 0;
    do {
        inode_unlock(ip); // a transaction starts without any inode
        e = truncate_step(ip, size);
    } while (e == 1);
    return e;
}
