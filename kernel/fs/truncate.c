// Making files shorter or longer, and freeing them. Blocks are freed from the end, in transactions
// of bounded size; between two of them the file is whole, only longer than asked for.
//
// Two things can be wrong with a block on the way. Its number cannot be that of a block of a file,
// or the block is free already, or another file uses it: the image is damaged, the number is
// forgotten, and the console tells. Or the disk does not give a block that is needed: it may do so
// later, so nothing is forgotten, and the cut ends there. An indirect block is read before anything
// below it is freed, and the block in which the new end lies before all; so a cut that fails has
// changed nothing, or has freed all that hangs from some indirect blocks.
#include "kernel/fs/truncate.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/thread/self.h"

// A step changes the inode, the last block that stays, an indirect block on each level (those that
// go are not written), and else blocks of the bitmap.
#define STEP_KEPT     (1 + 1 + 2)
#define STEP_BLOCKS   (STEP_KEPT + 20)
#define STEP_INDIRECT 4 // indirect blocks that it looks at, so that it does not take long

void (*inode_cut_hook)(struct inode *ip);

#define STEP_FULL 1 // what a step says that has done enough: more is to be done

// The state of one step.
struct shrink {
    uint32 inum;
    uint64 end;   // blocks of the file from here on are free
    int indirect; // how many more indirect blocks may be looked at
    int stop;     // no more in this step: STEP_FULL; -EIO, -ENOMEM: a block cannot be read now
    uint damaged; // numbers that were forgotten
};

// Frees the block that *slot names, unless the step must stop first. levels, base: as in cut.
static void free_slot(struct shrink *s, uint32 *slot, uint levels, uint64 base)
{
    if (*slot == 0)
        return;
    if (journal_left() <= STEP_KEPT) {
        s->stop = STEP_FULL;
        return;
    }
    int e = block_free(block_owner(s->inum, levels, base), *slot);
    if (e == -EINVAL) {
        s->damaged++; // there is nothing to free: the number is forgotten
    } else if (e) {
        s->stop = e; // what is free cannot be read now: the number stays
        return;
    }
    *slot = 0;
}

// Pins the indirect block that *slot names, unless the step must stop first. 0: there is nothing
// below it.
static struct block *pin_slot(struct shrink *s, const uint32 *slot, uint levels, uint64 base)
{
    struct block *b = 0;
    if (!block_valid(*slot))
        return 0; // a hole; or damage, which free_slot finds
    if (s->indirect == 0) {
        s->stop = STEP_FULL;
        return 0;
    }
    s->indirect--;
    s->stop = cache_get(*slot, &b);
    if (!b || block_claim(b, block_owner(s->inum, levels, base)))
        return b;
    cache_put(b); // another file's: damage as well
    return 0;
}

// Frees the file's blocks [first, s->end) below *slot, which is that of block base and stands
// levels above data blocks; then what *slot names, if nothing is left below it.
static void cut(struct shrink *s, uint32 *slot, uint levels, uint64 base, uint64 first)
{
    const uint64 until = max_u64(base, first);
    const uint64 span = levels == 2 ? NINDIRECT : 1; // blocks below a slot of the indirect block
    if (s->stop || s->end <= until)
        return;
    struct block *b = levels ? pin_slot(s, slot, levels, base) : 0;
    while (b && !s->stop && s->end > until) {
        uint64 i = (s->end - 1 - base) / span;
        cut(s, (uint32 *)block_data(b) + i, levels - 1, base + i * span, first);
    }
    if (!s->stop && until == base)
        free_slot(s, slot, levels, base);
    s->end = s->stop ? max_u64(s->end, base + 1) : until; // what stays lies within the file
    if (b && *slot)
        journal_write(b);
    cache_put(b);
}

// Before the file's size changes to size: makes sure that no old bytes will lie behind its end. If
// it shrinks, *tail is the block in which it will end, pinned, to be cut when all else is done; 0:
// there is none.
static int prepare_tail(struct inode *ip, uint64 size, struct block **tail)
{
    *tail = 0;
    if (size > ip->d.size)
        return inode_clear_tail(ip);
    if (size == ip->d.size || size % BSIZE == 0)
        return 0;
    return inode_block(ip, size, tail);
}

// The file now ends at size, inside tail: the rest of that block becomes zero.
static void cut_tail(struct block *tail, uint64 size)
{
    memset((char *)block_data(tail) + size % BSIZE, 0, BSIZE - size % BSIZE);
    block_set_tail(tail, size % BSIZE); // whoever maps it may go on to store there
    journal_write(tail);
}

// T One step towards size: 0: done; STEP_FULL: more is to be done; -EIO, -ENOMEM: a block cannot be
// read now.
static int resize(struct inode *ip, uint64 size)
{
    const uint64 first = (size + BSIZE - 1) / BSIZE;
    uint32 *slots = ip->d.addrs;
    struct shrink s = {
        .inum = ip->inum, .end = (ip->d.size + BSIZE - 1) / BSIZE, .indirect = STEP_INDIRECT};
    struct block *tail;

    // What can fail first: if it does, nothing has changed.
    int e = prepare_tail(ip, size, &tail);
    if (e)
        return e;

    // Free the blocks behind the new end, the last ones first.
    cut(&s, &slots[NDIRECT + 1], 2, NDIRECT + NINDIRECT, first);
    cut(&s, &slots[NDIRECT], 1, NDIRECT, first);
    while (!s.stop && s.end > first)
        cut(&s, &slots[s.end - 1], 0, s.end - 1, first);
    if (s.damaged > 0)
        kprintf("inode %u: %u damaged block numbers are forgotten\n", ip->inum, s.damaged);

    // If the step had to stop, the file ends where its blocks do.
    if (!s.stop && tail)
        cut_tail(tail, size);
    cache_put(tail);
    ip->d.size = s.stop ? min_u64(ip->d.size, s.end * BSIZE) : size;
    inode_update(ip);
    if (!list_empty(&ip->mappings)) // who is about to map it must lock it first
        inode_cut_hook(ip);
    return s.stop;
}

// => ip locked. The entry of the table no longer knows what the inode holds.
static struct block *unload(struct inode *ip)
{
    struct block *home = ip->home;
    __atomic_store_n(&ip->home, 0, __ATOMIC_RELAXED);
    return home;
}

// T Frees the inode, whose blocks are free: the number may have a new owner from now on, who gets
// it not loaded.
static int release(struct inode *ip)
{
    struct block *home = unload(ip); // which the cache keeps: freeing the inode need not read
    int e = inode_free(ip->inum);
    cache_release(home);
    return e;
}

// Takes all steps; free: then frees the inode, too.
static int resize_all(struct inode *ip, uint64 size, bool free)
{
    int e;
    do {
        if (!free && thread_killed()) // what nobody uses any more is freed, whoever was killed
            return -EINTR;
        e = journal_begin(STEP_BLOCKS);
        if (e)
            return e;
        inode_lock(ip);
        e = resize(ip, size);
        if (free && e == 0)
            e = release(ip);
        inode_unlock(ip);
        journal_end();
    } while (e == STEP_FULL);
    return e;
}

int inode_truncate(struct inode *ip, uint64 size)
{
    return size > (uint64)MAXFILE * BSIZE ? -EFBIG : resize_all(ip, size, false);
}

int inode_reclaim(struct inode *ip)
{
    int e = resize_all(ip, 0, true);
    if (e != -EIO)
        return e;
    // The disk fails, and to try again and again would be in vain. On the disk the inode has a type
    // and no link: nobody gets its number, and the next mount frees it. In core it is forgotten.
    kprintf("inode %u: the disk fails; the next mount will free it\n", ip->inum);
    inode_lock(ip);
    struct block *home = unload(ip);
    inode_unlock(ip);
    cache_release(home);
    return e;
}
