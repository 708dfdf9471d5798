// Making files shorter or longer, and freeing them (truncate.h). Blocks are freed from the end, in
// transactions of bounded size, the *steps*. Between two steps the file is whole, only longer than
// asked for.
//
// Two things can be wrong with a block on the way:
//
//     damaged     its number cannot be that of a block of a file, or the block is free already, or
//                 another place uses it: the number is forgotten, and the console is told
//     not read    the disk does not give it, or there is no memory for it: it may be given later,
//                 so nothing is forgotten, and the cut ends there
//
// An indirect block is read before anything below it is freed, and the block in which the new end
// lies is read first of all. So a cut that ends early has changed nothing, or has freed all that
// hangs from some indirect blocks.
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

// One step.
struct cut {
    uint32 inum;
    uint64 end;   // the file's blocks from here on are free
    int indirect; // how many more indirect blocks may be looked at
    bool full;    // the step has done enough: another one goes on
    int err;      // a block was not read, -EIO or -ENOMEM: the cut ends here
    uint damaged; // numbers that were forgotten
};

static bool is_over(const struct cut *c) { return c->full || c->err; }

// Frees the block that *pointer names, unless the step must end first. levels, base: as in
// cut_below.
static void free_pointed(struct cut *c, uint32 *pointer, uint levels, uint64 base)
{
    if (*pointer == 0)
        return; // a hole
    if (journal_left() <= STEP_KEPT) {
        c->full = true;
        return;
    }

    int err = block_free(block_owner(c->inum, levels, base), *pointer);
    if (err == -EINVAL) {
        c->damaged++; // there is nothing to free
    } else if (err) {
        c->err = err; // the bitmap was not read
        return;
    }
    *pointer = 0;
}

// Pins the indirect block that *pointer names, unless the step must end first. NULL: then, or if
// nothing hangs from it.
static struct block *pin_indirect(struct cut *c, const uint32 *pointer, uint levels, uint64 base)
{
    struct block *b = NULL;
    if (!block_valid(*pointer))
        return NULL; // a hole; or damage, which free_pointed finds
    if (c->indirect == 0) {
        c->full = true;
        return NULL;
    }

    c->indirect--;
    c->err = cache_get(*pointer, &b);
    if (b != NULL && !block_take(b, block_owner(c->inum, levels, base))) {
        cache_put(b); // another place has it: damage as well
        return NULL;
    }
    return b;
}

// Frees the file's blocks from first on, up to c->end, that hang from *pointer; then the block that
// *pointer names, if nothing hangs from it any more. That block stands `levels` levels above data
// blocks, and the first data block below it is block base of the file.
static void cut_below(struct cut *c, uint32 *pointer, uint levels, uint64 base, uint64 first)
{
    const uint64 until = max_u64(base, first);
    const uint64 span = levels == 2 ? NINDIRECT : 1; // data blocks below a pointer in the block
    struct block *b = NULL;
    if (is_over(c) || c->end <= until)
        return;

    // Blocks that hang from it, the last first.
    if (levels > 0)
        b = pin_indirect(c, pointer, levels, base);
    while (b != NULL && !is_over(c) && c->end > until) {
        uint64 i = (c->end - 1 - base) / span;
        cut_below(c, (uint32 *)block_data(b) + i, levels - 1, base + i * span, first);
    }

    // The block itself. If it was not freed, the file must not end before it.
    if (!is_over(c) && until == base)
        free_pointed(c, pointer, levels, base);
    if (is_over(c))
        c->end = max_u64(c->end, base + 1);
    else
        c->end = until;

    if (b != NULL && *pointer != 0)
        journal_write(b); // it stays, with other pointers
    cache_put(b);
}

// Before the file's size changes to size: makes sure that no old bytes will lie behind its end. If
// it shrinks, *tail is the block in which it will end, pinned, to be cut when all else is done;
// NULL: there is none.
static int prepare_tail(struct inode *ip, uint64 size, struct block **tail)
{
    *tail = NULL;
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
    block_set_tail(tail, size % BSIZE); // those that map it may go on to store there
    journal_write(tail);
}

// => ip locked, in a transaction. One step towards size. 0: all is done, or *more; -EIO, -ENOMEM: a
// block was not read.
static int resize_step(struct inode *ip, uint64 size, bool *more)
{
    const uint64 first = (size + BSIZE - 1) / BSIZE;
    uint32 *pointers = ip->d.addrs;
    struct cut c = {
        .inum = ip->inum, .end = (ip->d.size + BSIZE - 1) / BSIZE, .indirect = STEP_INDIRECT};
    struct block *tail;

    // 1. This may fail, so it comes first: then nothing has changed.
    *more = false;
    int err = prepare_tail(ip, size, &tail);
    if (err)
        return err;

    // 2. Free the blocks behind the new end, the last ones first.
    cut_below(&c, &pointers[NDIRECT + 1], 2, NDIRECT + NINDIRECT, first);
    cut_below(&c, &pointers[NDIRECT], 1, NDIRECT, first);
    while (!is_over(&c) && c.end > first)
        cut_below(&c, &pointers[c.end - 1], 0, c.end - 1, first);
    if (c.damaged > 0)
        kprintf("inode %u: %u damaged block numbers are forgotten\n", ip->inum, c.damaged);

    // 3. The new size. If the step had to end early, the file ends where its blocks do.
    if (is_over(&c)) {
        ip->d.size = min_u64(ip->d.size, c.end * BSIZE);
    } else {
        ip->d.size = size;
        if (tail != NULL)
            cut_tail(tail, size);
    }
    cache_put(tail);
    inode_update(ip);

    // 4. Those that map the file lose what was cut. One that is about to map it must lock it first.
    if (!list_empty(&ip->mappings))
        inode_cut_hook(ip);
    *more = c.full;
    return c.err;
}

// => ip locked. The inode is not loaded any more. Returns its block, which the cache still keeps.
static struct block *unload(struct inode *ip)
{
    struct block *home = ip->home;
    __atomic_store_n(&ip->home, NULL, __ATOMIC_RELAXED);
    return home;
}

// => ip locked, in a transaction. Frees the inode, whose blocks are free. From now on the number
// may have a new owner, who gets this entry of the table, not loaded.
static int free_inode(struct inode *ip)
{
    struct block *home = unload(ip);
    int err = inode_free(ip->inum); // the cache keeps home: nothing must be read
    cache_release(home);
    return err;
}

// Takes all steps towards size; and_free: then frees the inode, too.
static int resize(struct inode *ip, uint64 size, bool and_free)
{
    bool more = true;
    int err = 0;

    while (err == 0 && more) {
        // A file that nobody uses any more is freed even if this thread was killed.
        if (!and_free && thread_killed())
            return -EINTR;

        err = journal_begin(STEP_BLOCKS);
        if (err)
            return err;
        inode_lock(ip);
        err = resize_step(ip, size, &more);
        if (err == 0 && !more && and_free)
            err = free_inode(ip);
        inode_unlock(ip);
        journal_end();
    }
    return err;
}

int inode_truncate(struct inode *ip, uint64 size)
{
    if (size > (uint64)MAXFILE * BSIZE)
        return -EFBIG;
    return resize(ip, size, false);
}

int inode_reclaim(struct inode *ip)
{
    int err = resize(ip, 0, true);
    if (err != -EIO)
        return err;

    // The disk fails, and to try again and again would be in vain. On the disk the inode has a type
    // and no link: nobody gets its number, and the next mount frees it. In core it is forgotten.
    kprintf("inode %u: the disk fails; the next mount will free it\n", ip->inum);
    inode_lock(ip);
    struct block *home = unload(ip);
    inode_unlock(ip);
    cache_release(home);
    return err;
}
