// Making files shorter or longer, and freeing them. Blocks are freed from the end, in transactions
// of bounded size; between two of them the file is whole, only longer than asked for.
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/string.h"

// A step changes the inode, the last block that stays, an indirect block on each level (those that
// go are not written), and else blocks of the bitmap.
#define STEP_KEPT     (1 + 1 + 2)
#define STEP_BLOCKS   (STEP_KEPT + 20)
#define STEP_INDIRECT 4 // indirect blocks that it looks at, so that it does not take long

void (*inode_cut_hook)(struct inode *ip);

// The state of one step.
struct shrink {
    uint64 end;   // blocks of the file from here on are free
    int indirect; // how many more indirect blocks may be looked at
    int stop;     // no more in this step: 1: that is enough; -ENOMEM
    bool damaged; // a pointer led nowhere and was let go
};

// Clears *slot, whose block was freed, or which led nowhere (e is -EIO); but 1 and -ENOMEM stop the step.
static void clear_slot(struct shrink *s, uint32 *slot, int e)
{
    if (e == 1 || e == -ENOMEM) {
        s->stop = e;
    } else {
        s->damaged |= e != 0;
        *slot = 0;
    }
}

// Frees the block that *slot names, unless the step must stop first.
static void free_slot(struct shrink *s, uint32 *slot)
{
    if (*slot)
        clear_slot(s, slot, journal_left() > STEP_KEPT ? block_free(*slot) : 1);
}

// Pins the indirect block that *slot names, unless the step must stop first.
static struct block *pin_slot(struct shrink *s, uint32 *slot)
{
    struct block *b;
    if (*slot == 0)
        return 0;
    int e = s->indirect-- > 0 ? bmap_pin(*slot, &b) : 1;
    if (e == 0)
        return b;
    clear_slot(s, slot, e);
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
    struct block *b = levels ? pin_slot(s, slot) : 0;
    while (b && !s->stop && s->end > until) {
        uint64 i = (s->end - 1 - base) / span;
        cut(s, (uint32 *)block_data(b) + i, levels - 1, base + i * span, first);
    }
    if (!s->stop && until == base)
        free_slot(s, slot);
    s->end = s->stop ? max_u64(s->end, base + 1) : until; // what stays lies within the file
    if (b && *slot)
        journal_write(b);
    cache_put(b);
}

// The file now ends at size, inside a block: the rest of that block becomes zero.
static int clear_tail(struct inode *ip, uint64 size)
{
    struct block *b = 0;
    int e = size % BSIZE ? inode_block(ip, size, &b) : 0;
    if (e || !b)
        return e;
    memset((char *)block_data(b) + size % BSIZE, 0, BSIZE - size % BSIZE);
    block_set_tail(b, size % BSIZE); // whoever maps it may go on to store there
    journal_write(b);
    cache_put(b);
    return 0;
}

// T One step towards size: 0: done; 1: more is to be done; -ENOMEM; -EIO (damaged: what could not
// be freed is let go).
static int resize(struct inode *ip, uint64 size)
{
    const uint64 first = (size + BSIZE - 1) / BSIZE;
    uint32 *slots = ip->d.addrs;
    struct shrink s = {.end = (ip->d.size + BSIZE - 1) / BSIZE, .indirect = STEP_INDIRECT};
    cut(&s, &slots[NDIRECT + 1], 2, NDIRECT + NINDIRECT, first);
    cut(&s, &slots[NDIRECT], 1, NDIRECT, first);
    while (!s.stop && s.end > first)
        cut(&s, &slots[s.end - 1], 0, s.end - 1, first);
    int e = s.stop;
    if (e == 0 && size != ip->d.size)
        e = size < ip->d.size ? clear_tail(ip, size) : inode_clear_tail(ip);
    ip->d.size = e == 1 || e == -ENOMEM ? min_u64(ip->d.size, s.end * BSIZE) : size;
    inode_update(ip);
    if (!list_empty(&ip->mappings)) // who is about to map it must lock it first
        inode_cut_hook(ip);
    return e == 0 && s.damaged ? -EIO : e;
}

// Frees the inode, whose blocks are free: the number may have a new owner from now on, who gets it not loaded.
static int release(struct inode *ip)
{
    struct block *home = ip->home;
    ip->home = 0;
    int e = inode_free(ip->inum);
    cache_put(home);
    return e;
}

// Takes all steps; free: then frees the inode, too.
static int resize_all(struct inode *ip, uint64 size, bool free)
{
    int e;
    do {
        e = journal_begin(STEP_BLOCKS);
        if (e)
            return e;
        inode_lock(ip);
        e = resize(ip, size);
        if (free && (e == 0 || e == -EIO)) // what is damaged cannot be freed: the rest can
            e = release(ip);
        inode_unlock(ip);
        journal_end();
    } while (e == 1);
    return e;
}

int inode_truncate(struct inode *ip, uint64 size)
{
    return size > (uint64)MAXFILE * BSIZE ? -EFBIG : resize_all(ip, size, false);
}

int inode_reclaim(struct inode *ip) { return resize_all(ip, 0, true); }
