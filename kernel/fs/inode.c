// The table of in-core inodes: hashed by number, entries from a kmem cache, freed at the last put.
//
// Whoever puts the last reference to an inode without links frees its blocks and the inode. Until
// that is done the entry stays, with one reference, so that nobody sees a half-freed inode; after
// a lack of memory it waits for a later put to try again.
#include "kernel/fs/inode.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/bmap.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/truncate.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/param.h"

#define NHASH 256

#define READ_AHEAD 16 // blocks; the next ones are asked for half-way through those before
// Blocks read at once for a mapping, if one of them is wanted and not there.
#define READ_AROUND    8
#define READ_AHEAD_MAX 256 // asked for at one wish

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

// The bytes of files: reading, with read-ahead, writing, and the pages for those who map them.
// Of the last block of a file the bytes beyond its size are zero, on disk and in the cache, so
// that a file that grows later shows zeroes there.

static uint64 blocks_of(const struct inode *ip) { return (ip->d.size + BSIZE - 1) / BSIZE; }

// Asks for blocks first to first + n - 1 of the file, as far as it has them.
static void ask_for(struct inode *ip, uint64 first, uint64 n)
{
    const uint64 end = min_u64(first + n, blocks_of(ip));
    while (first < end) {
        uint32 list[READ_AHEAD];
        uint count = 0;
        for (; count < READ_AHEAD && first < end; first++)
            if (bmap_find(ip, first, &list[count]) == 0 && list[count] != 0)
                count++;
        cache_read_ahead(list, count);
    }
}

// The file's block bn is about to be read: is it the next one?
static void read_ahead(struct inode *ip, uint64 bn)
{
    bool sequential = bn == ip->last_block;
    ip->last_block = bn + 1;
    if (unlikely(sequential && (bn == 0 || bn % READ_AHEAD == READ_AHEAD / 2)))
        ask_for(ip, bn ? bn + READ_AHEAD / 2 : 0, READ_AHEAD);
}

int inode_block(struct inode *ip, uint64 off, struct block **out)
{
    uint32 blockno;
    debug_assert(sleeplock_holding(&ip->lock));
    *out = 0;
    read_ahead(ip, off / BSIZE);
    int e = bmap_find(ip, off / BSIZE, &blockno);
    if (e || blockno == 0)
        return e;
    return cache_get_for(block_owner(ip->inum, 0, off / BSIZE), blockno, out);
}

int64 inode_read(struct inode *ip, void *dst, uint64 off, size_t n)
{
    size_t done = 0;
    if (off >= ip->d.size)
        return 0;
    n = min_u64(n, ip->d.size - off);
    while (done < n) {
        struct block *b;
        size_t at = (off + done) % BSIZE, m = min_u64(BSIZE - at, n - done);
        int e = inode_block(ip, off + done, &b);
        if (e)
            return e;
        if (b) {
            memcpy((char *)dst + done, (char *)block_data(b) + at, m);
            cache_put(b);
        } else {
            memset((char *)dst + done, 0, m);
        }
        done += m;
    }
    return done;
}

// Copies n bytes from src to the file's bytes at off, all in one block.
static int write_in_block(struct inode *ip, const void *src, uint64 off, size_t n)
{
    struct block *b;
    int e = bmap_make(ip, off / BSIZE, &b);
    if (e)
        return e;
    block_extend_tail(b, off % BSIZE + n);
    memcpy((char *)block_data(b) + off % BSIZE, src, n);
    journal_write(b);
    cache_put(b);
    return 0;
}

int64 inode_write(struct inode *ip, const void *src, uint64 off, size_t n)
{
    const uint64 max = (uint64)MAXFILE * BSIZE;
    size_t done = 0;
    int e = 0;
    if (off >= max)
        return n ? -EFBIG : 0;
    n = min_u64(min_u64(n, max - off), INODE_WRITE_MAX - off % BSIZE);
    if (n && off > ip->d.size)
        e = inode_clear_tail(ip);
    while (e == 0 && done < n) {
        size_t m = min_u64(BSIZE - (off + done) % BSIZE, n - done);
        e = write_in_block(ip, (const char *)src + done, off + done, m);
        if (e == 0)
            done += m;
    }
    if (done > 0 && off + done > ip->d.size) {
        ip->d.size = off + done;
        inode_update(ip);
    }
    return done ? (int64)done : e;
}

// The pinned block bn, 0 for a hole. If it must be read, its neighbours are asked for, too.
static int map_wanted(struct inode *ip, uint64 bn, struct block **out)
{
    uint32 blockno;
    int e = bmap_find(ip, bn, &blockno);
    if (e || blockno == 0)
        return e;
    if (!cache_present(blockno))
        ask_for(ip, bn - bn % READ_AROUND, READ_AROUND);
    return cache_get_for(block_owner(ip->inum, 0, bn), blockno, out);
}

int inode_map_blocks(struct inode *ip, uint64 first, uint n, uint wanted, struct block **out)
{
    debug_assert(sleeplock_holding(&ip->lock));
    if (first + wanted >= blocks_of(ip))
        return -ENXIO;
    int e = map_wanted(ip, first + wanted, &out[wanted]);
    n = min_u64(n, blocks_of(ip) - first);
    for (uint i = 0; e == 0 && i < n; i++) {
        uint32 blockno;
        if (i != wanted && bmap_find(ip, first + i, &blockno) == 0 && blockno != 0)
            out[i] = cache_get_ready(block_owner(ip->inum, 0, first + i), blockno);
    }
    return e;
}

void inode_read_ahead(struct inode *ip, uint64 first, uint64 n)
{
    inode_lock(ip);
    ask_for(ip, first, min_u64(n, READ_AHEAD_MAX));
    inode_unlock(ip);
}

int inode_store_block(struct inode *ip, uint64 bn, struct block **out)
{
    debug_assert(sleeplock_holding(&ip->lock));
    if (bn >= blocks_of(ip))
        return -ENXIO;
    int e = bmap_make(ip, bn, out);
    if (e)
        return e;
    journal_write(*out);
    if (bn == ip->d.size / BSIZE)
        block_set_tail(*out, ip->d.size % BSIZE);
    return 0;
}

int inode_clear_tail(struct inode *ip)
{
    const uint64 last = ip->d.size / BSIZE;
    uint32 blockno = 0;
    int e = ip->d.size % BSIZE ? bmap_find(ip, last, &blockno) : 0;
    struct block *b = blockno ? cache_get_ready(block_owner(ip->inum, 0, last), blockno) : 0;
    if (b) {
        block_cut_tail(b);
        cache_put(b);
    }
    return e;
}
