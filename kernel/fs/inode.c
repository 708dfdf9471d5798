// Inodes in core, and the bytes of files (inode.h).
//
// The table is hashed by number. Its entries come from a kmem cache and are freed at the last put.
// The thread that puts the last reference to an inode without links frees its blocks and the inode.
// Until that is done the entry stays, with one reference, so that nobody sees a half-freed inode.
// When there is no memory for it, the entry waits for a later put that tries again.
//
// Of the last block of a file the bytes behind its end are zero, on disk and in the cache, so that
// a file that grows later shows zeroes there.
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

#define READ_AHEAD     16  // blocks; the next ones are asked for half-way through those before
#define READ_AROUND    8   // blocks read at once for a mapping, if one of them must be read
#define READ_AHEAD_MAX 256 // blocks asked for by one inode_read_ahead

static struct kmem_cache inode_cache = KMEM_CACHE("inode", struct inode);
static struct spinlock table_lock = SPINLOCK_INIT("inodes", ICACHE);
// All guarded by table_lock.
static struct inode *table[NHASH];
static struct inode *unused; // without users and links, to be freed
static uint64 in_core;

uint64 inodes_in_core(void) { return __atomic_load_n(&in_core, __ATOMIC_RELAXED); }

// --- The table ---

// => table_lock held. The pointer that leads to that inode in its chain, or the NULL at the end.
static struct inode **chain_place(uint32 inum)
{
    struct inode **at = &table[inum % NHASH];
    while (*at != NULL && (*at)->inum != inum)
        at = &(*at)->next;
    return at;
}

// => table_lock held. Enters a new inode, not loaded and without users, at its chain's end.
static int enter_inode(struct inode **at, uint32 inum)
{
    if (in_core >= NINODE)
        return -ENFILE;
    struct inode *ip = kmem_alloc(&inode_cache);
    if (ip == NULL)
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
// This reads what ip's lock guards, but without that lock, which is held for I/O. It never says
// true of an inode that a directory names, on any processor. read_inode sets home with release
// order, so that a thread that sees home sees the links as they were read, or later ones. And the
// caller holds the lock of the directory in which it found the name. The link was counted before
// the name was entered under that lock, so this processor cannot see an older count. And the last
// link is taken only after the name was removed under that lock, which cannot have happened yet.
static bool is_dying(const struct inode *ip)
{
    return __atomic_load_n(&ip->home, __ATOMIC_ACQUIRE) != NULL &&
           __atomic_load_n(&ip->d.nlink, __ATOMIC_RELAXED) == 0;
}

int inode_get(uint32 inum, struct inode **out)
{
    int err = 0;
    if (inum == 0 || inum >= superblock.ninodes)
        return -EIO;

    spin_lock(&table_lock);
    struct inode **at = chain_place(inum);
    if (*at == NULL)
        err = enter_inode(at, inum);
    if (err == 0 && is_dying(*at))
        err = -EIO;
    if (err == 0) {
        *out = *at;
        (*out)->refs++;
    }
    spin_unlock(&table_lock);
    return err;
}

struct inode *inode_dup(struct inode *ip)
{
    spin_lock(&table_lock);
    ip->refs++;
    spin_unlock(&table_lock);
    return ip;
}

// Drops one reference. The last reference to an inode without links is not dropped: it passes to
// the list `unused`, until inode_put has freed the inode on disk.
static void drop_user(struct inode *ip)
{
    bool last = false;

    spin_lock(&table_lock);
    // With one reference left nobody else can hold ip's lock, so its fields may be read. An inode
    // that was never loaded (home is NULL) does not know its links.
    if (ip->refs == 1 && ip->home != NULL && ip->d.nlink == 0) {
        ip->next_unused = unused;
        unused = ip;
    } else if (--ip->refs == 0) {
        last = true;
        *chain_place(ip->inum) = ip->next;
        in_core--;
    }
    spin_unlock(&table_lock);

    if (!last)
        return;
    cache_release(ip->home);
    kmem_free(&inode_cache, ip);
}

// Takes one from the list of those that are to be freed. NULL: it is empty.
static struct inode *take_unused(void)
{
    if (likely(__atomic_load_n(&unused, __ATOMIC_RELAXED) == NULL))
        return NULL;

    spin_lock(&table_lock);
    struct inode *ip = unused;
    if (ip != NULL)
        unused = ip->next_unused;
    spin_unlock(&table_lock);
    return ip;
}

void inode_put(struct inode *ip)
{
    int err = 0;

    debug_assert(!thread_in_transaction());
    if (unlikely(ip == NULL))
        return;
    drop_user(ip);

    // Free what has lost its last user: this inode, or some that found no memory before. One for
    // which that fails goes to the list again.
    while (err == 0 && (ip = take_unused()) != NULL) {
        err = inode_reclaim(ip);
        drop_user(ip);
    }
}

// --- Uses and turns ---

int inode_begin_use(struct inode *ip, enum inode_use use)
{
    int err = -ETXTBSY;
    if (use == INODE_WRITE && disk->read_only)
        return -EROFS;

    spin_lock(&table_lock);
    if (use == INODE_RUN && ip->writers == 0) {
        ip->runners++;
        err = 0;
    }
    if (use == INODE_WRITE && ip->runners == 0) {
        ip->writers++;
        err = 0;
    }
    spin_unlock(&table_lock);
    return err;
}

void inode_end_use(struct inode *ip, enum inode_use use)
{
    spin_lock(&table_lock);
    uint32 *users = use == INODE_RUN ? &ip->runners : &ip->writers;
    kassert(*users > 0);
    --*users;
    spin_unlock(&table_lock);
}

int inode_begin_turn(struct inode *ip)
{
    int err = 0;

    spin_lock(&table_lock);
    while (err == 0 && ip->turn)
        err = sleep_killable(&ip->turn, &table_lock);
    if (err == 0)
        __atomic_store_n(&ip->turn, true, __ATOMIC_RELAXED);
    spin_unlock(&table_lock);
    return err;
}

void inode_end_turn(struct inode *ip)
{
    spin_lock(&table_lock);
    kassert(ip->turn);
    __atomic_store_n(&ip->turn, false, __ATOMIC_RELAXED);
    wakeup(&ip->turn);
    spin_unlock(&table_lock);
}

// --- Loading ---

// Is an inode as it was read from disk one on which the rest of the kernel can rely?
static bool is_plausible(const struct dinode *d)
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

// => ip's lock held; ip not loaded.
static int read_inode(struct inode *ip)
{
    struct block *b;
    int err = cache_get(IBLOCK(ip->inum, superblock), &b);
    if (err)
        return err;

    ip->d = *dinode_in(b, ip->inum);
    ip->next_block = 0;
    if (!is_plausible(&ip->d))
        err = -EIO;
    else if (!cache_keep(b))
        err = -ENOMEM;
    else
        __atomic_store_n(&ip->home, b, __ATOMIC_RELEASE); // is_dying looks without the lock
    cache_put(b);
    return err;
}

int inode_load(struct inode *ip)
{
    int err = 0;
    sleeplock_lock(&ip->lock);
    if (ip->home == NULL)
        err = read_inode(ip);
    sleeplock_unlock(&ip->lock);
    return err;
}

void inode_lock(struct inode *ip)
{
    sleeplock_lock(&ip->lock);
    kassert(ip->home != NULL);
}

void inode_unlock(struct inode *ip) { sleeplock_unlock(&ip->lock); }

void inode_update(struct inode *ip)
{
    debug_assert(sleeplock_holding(&ip->lock) && ip->home != NULL);
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

// --- Reading a file's bytes ---

static uint64 blocks_of(const struct inode *ip) { return (ip->d.size + BSIZE - 1) / BSIZE; }

// => ip locked. Asks the disk for blocks first to first + n - 1 of the file, as far as it has them.
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

// => ip locked. The file's block bn is about to be read. If the file is being read in sequence,
// asks for those behind it: at the first block, and half-way through what was asked for.
static void read_ahead(struct inode *ip, uint64 bn)
{
    bool sequential = bn == ip->next_block;

    ip->next_block = bn + 1;
    if (!sequential)
        return;
    if (bn == 0)
        ask_for(ip, 0, READ_AHEAD);
    else if (bn % READ_AHEAD == READ_AHEAD / 2)
        ask_for(ip, bn + READ_AHEAD / 2, READ_AHEAD);
}

int inode_block(struct inode *ip, uint64 off, struct block **out)
{
    uint32 blockno;

    debug_assert(sleeplock_holding(&ip->lock));
    *out = NULL;
    read_ahead(ip, off / BSIZE);
    int err = bmap_find(ip, off / BSIZE, &blockno);
    if (err || blockno == 0)
        return err;
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
        size_t at = (off + done) % BSIZE, part = min_u64(BSIZE - at, n - done);
        int err = inode_block(ip, off + done, &b);
        if (err)
            return err;
        if (b != NULL)
            memcpy((char *)dst + done, (char *)block_data(b) + at, part);
        else
            memset((char *)dst + done, 0, part); // a hole
        cache_put(b);
        done += part;
    }
    return done;
}

// --- Writing them ---

// Copies n bytes from src to the file's bytes at off, all in one block.
static int write_in_block(struct inode *ip, const void *src, uint64 off, size_t n)
{
    struct block *b;
    int err = bmap_make(ip, off / BSIZE, &b);
    if (err)
        return err;
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
    int err = 0;

    if (n == 0)
        return 0;
    if (off >= max)
        return -EFBIG;
    n = min_u64(min_u64(n, max - off), INODE_WRITE_MAX - off % BSIZE);

    // The old last block will lie inside of the file.
    if (off > ip->d.size)
        err = inode_clear_tail(ip);

    while (err == 0 && done < n) {
        size_t part = min_u64(BSIZE - (off + done) % BSIZE, n - done);
        err = write_in_block(ip, (const char *)src + done, off + done, part);
        if (err == 0)
            done += part;
    }

    // Bytes that are written count, even if the disk was full then.
    if (done > 0 && off + done > ip->d.size) {
        ip->d.size = off + done;
        inode_update(ip);
    }
    return done ? (int64)done : err;
}

// --- Mapping them ---

// The block bn, pinned; NULL for a hole. If it must be read, its neighbours are asked for, too.
static int get_wanted(struct inode *ip, uint64 bn, struct block **out)
{
    uint32 blockno;
    int err = bmap_find(ip, bn, &blockno);
    if (err || blockno == 0)
        return err;
    if (!cache_present(blockno))
        ask_for(ip, bn - bn % READ_AROUND, READ_AROUND);
    return cache_get_for(block_owner(ip->inum, 0, bn), blockno, out);
}

int inode_map_blocks(struct inode *ip, uint64 first, uint n, uint wanted, struct block **out)
{
    debug_assert(sleeplock_holding(&ip->lock));
    if (first + wanted >= blocks_of(ip))
        return -ENXIO;
    int err = get_wanted(ip, first + wanted, &out[wanted]);
    if (err)
        return err;

    // Its neighbours come for nothing if they are in the cache.
    n = min_u64(n, blocks_of(ip) - first);
    for (uint i = 0; i < n; i++) {
        uint32 blockno;
        if (i != wanted && bmap_find(ip, first + i, &blockno) == 0 && blockno != 0)
            out[i] = cache_get_ready(block_owner(ip->inum, 0, first + i), blockno);
    }
    return 0;
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
    int err = bmap_make(ip, bn, out);
    if (err)
        return err;

    // In the group from now on: the journal copies it, however long the caller stores into it.
    journal_write(*out);
    if (bn == ip->d.size / BSIZE)
        block_set_tail(*out, ip->d.size % BSIZE);
    return 0;
}

int inode_clear_tail(struct inode *ip)
{
    const uint64 last = ip->d.size / BSIZE;
    uint32 blockno;

    if (ip->d.size % BSIZE == 0)
        return 0;
    int err = bmap_find(ip, last, &blockno);
    if (err || blockno == 0)
        return err;

    // A block that is not in the cache is not mapped: behind the end it has zeroes.
    struct block *b = cache_get_ready(block_owner(ip->inum, 0, last), blockno);
    if (b != NULL) {
        block_cut_tail(b);
        cache_put(b);
    }
    return 0;
}
