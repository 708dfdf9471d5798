// The table of in-core inodes: hashed by number, entries from a kmem cache, freed at the last put.
//
// Whoever puts the last reference to an inode without links frees its blocks and the inode. Until
// that is done the entry stays, with one reference, so that nobody sees a half-freed inode; after
// a lack of memory it waits for a later put to try again.
#include "kernel/fs/inode.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/param.h"

#define NHASH 256

static struct kmem_cache inode_cache = KMEM_CACHE("inode", struct inode);
static struct spinlock table_lock = SPINLOCK_INIT("inodes", ICACHE);
// All guarded by table_lock.
static struct inode *table[NHASH];
static struct inode *reclaimable; // without users and links, to be freed
static uint64 in_core;

uint64 inodes_in_core(void) { return __atomic_load_n(&in_core, __ATOMIC_RELAXED); }

// => table_lock held. What points to that inode in its chain, or the 0 at the chain's end.
static struct inode **find(uint32 inum)
{
    struct inode **at = &table[inum % NHASH];
    while (*at && (*at)->inum != inum)
        at = &(*at)->next;
    return at;
}

// => table_lock held.
static int add(struct inode **at, uint32 inum)
{
    if (in_core >= NINODE)
        return -ENFILE;
    struct inode *ip = kmem_alloc(&inode_cache);
    if (!ip)
        return -ENOMEM;
    ip->inum = inum;
    sleeplock_init(&ip->lock, "inode", LEVEL_INODE);
    list_init(&ip->mappings);
    ip->mapping_round = 1;
    *at = ip;
    in_core++;
    return 0;
}

// => table_lock held. True if ip is being freed, or about to be: then only a damaged image has a
// name for it.
//
// This reads what ip's lock guards without that lock, which is held for I/O. No alarm is false on
// any processor: load() publishes home with release order, so who sees it sees the links that it
// has read or later ones. And who comes by a name holds the lock of its directory. The link was
// counted before the name was entered under that lock, so this processor cannot see an older count;
// and the last link is taken only after the name was removed under it, which nobody can have done
// yet.
static bool is_dying(const struct inode *ip)
{
    return __atomic_load_n(&ip->home, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&ip->d.nlink, __ATOMIC_RELAXED) == 0;
}

int inode_get(uint32 inum, struct inode **out)
{
    if (inum == 0 || inum >= superblock.ninodes)
        return -EIO;
    spin_lock(&table_lock);
    struct inode **at = find(inum);
    int e = *at ? 0 : add(at, inum);
    if (e == 0 && is_dying(*at))
        e = -EIO;
    if (e == 0) {
        *out = *at;
        (*out)->refs++;
    }
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

int inode_begin_use(struct inode *ip, enum inode_use use)
{
    if (use == INODE_WRITE && disk->read_only)
        return -EROFS;
    spin_lock(&table_lock);
    bool free = ip->busy * use >= 0;
    ip->busy += free ? use : 0;
    spin_unlock(&table_lock);
    return free ? 0 : -ETXTBSY;
}

void inode_end_use(struct inode *ip, enum inode_use use)
{
    spin_lock(&table_lock);
    kassert(ip->busy * use > 0);
    ip->busy -= use;
    spin_unlock(&table_lock);
}

int inode_begin_turn(struct inode *ip)
{
    int e = 0;
    spin_lock(&table_lock);
    while (e == 0 && ip->turn)
        e = sleep_killable(&ip->turn, &table_lock);
    if (e == 0)
        __atomic_store_n(&ip->turn, true, __ATOMIC_RELAXED);
    spin_unlock(&table_lock);
    return e;
}

void inode_end_turn(struct inode *ip)
{
    spin_lock(&table_lock);
    kassert(ip->turn);
    __atomic_store_n(&ip->turn, false, __ATOMIC_RELAXED);
    wakeup(&ip->turn);
    spin_unlock(&table_lock);
}

// One user less. The last one leaves an inode without links to the list of those to be freed.
static void drop(struct inode *ip)
{
    bool last = false;
    spin_lock(&table_lock);
    // With one reference left nobody else can have ip's lock: its fields may be read.
    if (ip->refs == 1 && ip->home && ip->d.nlink == 0) {
        ip->waiting = reclaimable;
        reclaimable = ip;
    } else if (--ip->refs == 0) {
        last = true;
        *find(ip->inum) = ip->next;
        in_core--;
    }
    spin_unlock(&table_lock);
    if (!last)
        return;
    cache_release(ip->home);
    kmem_free(&inode_cache, ip);
}

// Takes one from the list, 0: it is empty.
static struct inode *next_reclaimable(void)
{
    if (likely(!__atomic_load_n(&reclaimable, __ATOMIC_RELAXED)))
        return 0;
    spin_lock(&table_lock);
    struct inode *ip = reclaimable;
    if (ip)
        reclaimable = ip->waiting;
    spin_unlock(&table_lock);
    return ip;
}

void inode_put(struct inode *ip)
{
    int e = 0;
    debug_assert(!thread_in_transaction());
    if (unlikely(!ip))
        return;
    drop(ip);
    while (e == 0 && (ip = next_reclaimable()) != 0) {
        e = inode_reclaim(ip);
        drop(ip); // if that has failed: on the list again
    }
}

// What the rest of the kernel relies on, of an inode read from disk.
static bool plausible(const struct dinode *d)
{
    if (d->nlink > LINK_MAX || d->size > (uint64)MAXFILE * BSIZE)
        return false;
    if (d->flags != 0 || d->index != 0) // of a newer Twofold
        return false;
    if (d->type == T_DIR)
        return d->size % sizeof(struct dirent) == 0;
    if (d->type == T_SYMLINK)
        return d->size < MAXPATH;
    return d->type == T_FILE || d->type == T_DEVICE;
}

static int load(struct inode *ip)
{
    struct block *b;
    int e = cache_get(IBLOCK(ip->inum, superblock), &b);
    if (e)
        return e;
    ip->d = *dinode_in(b, ip->inum);
    ip->last_block = 0;
    if (!plausible(&ip->d))
        e = -EIO;
    else if (!cache_keep(b))
        e = -ENOMEM;
    else
        __atomic_store_n(&ip->home, b, __ATOMIC_RELEASE); // is_dying looks without the lock
    cache_put(b);
    return e;
}

int inode_load(struct inode *ip)
{
    sleeplock_lock(&ip->lock);
    int e = ip->home ? 0 : load(ip);
    sleeplock_unlock(&ip->lock);
    return e;
}

void inode_lock(struct inode *ip)
{
    sleeplock_lock(&ip->lock);
    kassert(ip->home);
}

void inode_unlock(struct inode *ip) { sleeplock_unlock(&ip->lock); }

void inode_update(struct inode *ip)
{
    debug_assert(sleeplock_holding(&ip->lock) && ip->home);
    *dinode_in(ip->home, ip->inum) = ip->d;
    journal_write(ip->home);
}

void inode_stat(struct inode *ip, struct stat *st)
{
    memset(st, 0, sizeof *st);
    st->dev = ROOTDEV;
    st->ino = ip->inum;
    st->type = ip->d.type;
    st->nlink = ip->d.nlink;
    st->size = ip->d.size;
    st->major = ip->d.major;
    st->minor = ip->d.minor;
}
