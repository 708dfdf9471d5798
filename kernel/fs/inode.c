// The table of in-core inodes: hashed by number, entries from a kmem cache, freed at the last put.
//
// Whoever puts the last reference to an inode without links frees its blocks and the inode. Until
// that is done the entry stays, with one reference, so that nobody sees a half-freed inode.
// Inside a transaction the inode only joins the list reclaimable; the transaction's fs_end, or
// after a lack of memory a later one, does the work.
#include "kernel/fs/inode.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/kmem.h"
#include "kernel/param.h"

#define NHASH 256

static struct kmem_cache inode_cache = KMEM_CACHE("inode", struct inode);
static struct spinlock table_lock = SPINLOCK_INIT("inodes", ICACHE);
// All guarded by table_lock.
static struct list table[NHASH]; // a chain is set up at its first use
static struct list reclaimable = {&reclaimable, &reclaimable};
static uint64 in_core;

uint64 inodes_in_core(void)
{
    return __atomic_load_n(&in_core, __ATOMIC_RELAXED);
}

// => table_lock held, as for the next two.
static struct list *chain_of(uint32 inum)
{
    struct list *chain = &table[inum % NHASH];
    if (!chain->next)
        list_init(chain);
    return chain;
}

static struct inode *find_locked(uint32 inum)
{
    list_for_each(ip, chain_of(inum), struct inode, hash) if (ip->inum == inum) return ip;
    return 0;
}

static int add_locked(uint32 inum, struct inode **out)
{
    if (in_core >= NINODE)
        return -ENFILE;
    struct inode *ip = kmem_alloc(&inode_cache);
    if (!ip)
        return -ENOMEM;
    ip->inum = inum;
    sleeplock_init(&ip->lock, "inode", LEVEL_INODE);
    list_init(&ip->reclaim);
    list_push_front(chain_of(inum), &ip->hash);
    in_core++;
    *out = ip;
    return 0;
}

int inode_get(uint32 inum, struct inode **out)
{
    if (inum == 0 || inum >= superblock.ninodes)
        return -EIO;
    spin_lock(&table_lock);
    *out = find_locked(inum);
    int e = *out ? 0 : add_locked(inum, out);
    if (e == 0)
        (*out)->refs++;
    spin_unlock(&table_lock);
    return e;
}

struct inode *inode_dup(struct inode *ip)
{
    spin_lock(&table_lock);
    ip->refs++;
    spin_unlock(&table_lock);
    return ip;
}

// => table_lock held, and let go. One user less, without a look at the links.
static void drop_unlock(struct inode *ip)
{
    bool last = --ip->refs == 0;
    if (last) {
        list_remove(&ip->hash);
        in_core--;
    }
    spin_unlock(&table_lock);
    if (last)
        kmem_free(&inode_cache, ip);
}

static void queue(struct inode *ip)
{
    spin_lock(&table_lock);
    list_push_back(&reclaimable, &ip->reclaim);
    spin_unlock(&table_lock);
}

// One transaction of freeing ip: 1 if more is to be done, 0; -ENOMEM; -EIO.
static int reclaim_step(struct inode *ip)
{
    int e = journal_begin(INODE_SHRINK_BLOCKS);
    if (e)
        return e;
    e = inode_lock(ip);
    if (e == 0) {
        e = inode_shrink(ip, 0);
        if (e == 0 || e == -EIO) // what is damaged cannot be freed: the rest can
            e = inode_free(ip->inum);
        if (e == 0)
            ip->loaded = false; // the number may have a new owner from now on
        inode_unlock(ip);
    }
    journal_end();
    return e;
}

// Frees an inode without links, and the reference to it.
static void reclaim(struct inode *ip)
{
    int e;
    do {
        e = reclaim_step(ip);
    } while (e == 1);
    if (e == -ENOMEM) {
        queue(ip);
    } else if (e == 0) {
        inode_put(ip); // a new owner of the number may have unlinked it again
    } else {
        spin_lock(&table_lock);
        drop_unlock(ip);
    }
}

void inode_put(struct inode *ip)
{
    spin_lock(&table_lock);
    // With one reference left nobody else can have ip's lock: its fields may be read.
    if (ip->refs > 1 || !ip->loaded || ip->d.nlink > 0) {
        drop_unlock(ip);
        return;
    }
    spin_unlock(&table_lock);
    if (journal_in_transaction())
        queue(ip);
    else
        reclaim(ip);
}

// Frees what is on the list now; what fails for want of memory waits for the next call.
static void reclaim_queued(void)
{
    struct list batch;
    list_init(&batch);
    spin_lock(&table_lock);
    for (struct list *l; (l = list_pop_front(&reclaimable)) != 0;)
        list_push_back(&batch, l);
    spin_unlock(&table_lock);
    for (struct list *l; (l = list_pop_front(&batch)) != 0;)
        reclaim(list_entry(l, struct inode, reclaim));
}

int fs_begin(uint nblocks)
{
    return journal_begin(nblocks);
}

void fs_end(void)
{
    journal_end();
    if (unlikely(__atomic_load_n(&reclaimable.next, __ATOMIC_RELAXED) != &reclaimable))
        reclaim_queued();
}

// What the rest of the kernel relies on, of an inode read from disk.
static bool plausible(const struct dinode *d)
{
    if (d->nlink > LINK_MAX || d->size > (uint64)MAXFILE * BSIZE)
        return false;
    switch (d->type) {
    case T_DIR:
        return d->size % sizeof(struct dirent) == 0;
    case T_SYMLINK:
        return d->size < MAXPATH;
    case T_FILE:
    case T_DEVICE:
        return true;
    default:
        return false;
    }
}

int inode_pin(struct inode *ip, struct block **out)
{
    return cache_get(IBLOCK(ip->inum, superblock), out);
}

static struct dinode *dinode_in(struct block *b, uint32 inum)
{
    return (struct dinode *)block_data(b) + inum % INODES_PER_BLOCK;
}

static int load(struct inode *ip)
{
    struct block *b;
    int e = inode_pin(ip, &b);
    if (e)
        return e;
    ip->d = *dinode_in(b, ip->inum);
    cache_put(b);
    ip->last_block = 0;
    ip->loaded = plausible(&ip->d);
    return ip->loaded ? 0 : -EIO;
}

int inode_lock(struct inode *ip)
{
    sleeplock_lock(&ip->lock);
    int e = ip->loaded ? 0 : load(ip);
    if (e)
        sleeplock_unlock(&ip->lock);
    return e;
}

void inode_unlock(struct inode *ip)
{
    sleeplock_unlock(&ip->lock);
}

void inode_unlock_put(struct inode *ip)
{
    inode_unlock(ip);
    inode_put(ip);
}

int inode_update(struct inode *ip)
{
    struct block *b;
    debug_assert(sleeplock_holding(&ip->lock) && ip->loaded);
    int e = inode_pin(ip, &b);
    if (e)
        return e;
    *dinode_in(b, ip->inum) = ip->d;
    journal_write(b);
    cache_put(b);
    return 0;
}

void inode_stat(struct inode *ip, struct stat *st)
{
    memset(st, 0, sizeof *st);
    st->dev = ROOTDEV;
    st->ino = ip->inum;
    st->type = ip->d.type;
    st->nlink = ip->d.nlink;
    st->size = ip->d.size;
    st->blocks = bmap_count(ip);
    st->major = ip->d.major;
    st->minor = ip->d.minor;
}
