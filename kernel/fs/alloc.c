// Which blocks and inodes are free: the bitmap and the types of the inodes on disk.
//
// Blocks are given next to a hint, so that a file written in sequence lies in sequence; without a
// hint, behind the block given last. Inodes are given lowest first: no inode below inode_rotor
// is free. One sleeplock guards bitmap, rotors and counts; the counts may be read without it.
#include "kernel/fs/alloc.h"

#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/string.h"
#include "kernel/lock/sleeplock.h"
#include "kernel/stat.h"

struct superblock superblock;

static struct sleeplock alloc_lock = SLEEPLOCK_INIT("alloc", ALLOC);
// All guarded by alloc_lock.
static uint32 free_blocks, free_inodes;
static uint32 block_rotor, inode_rotor;

static_assert(BSIZE % sizeof(struct dinode) == 0, "inodes do not straddle blocks");

bool block_valid(uint32 blockno)
{
    return blockno >= superblock.datastart && blockno < superblock.size;
}

uint32 blocks_free(void)
{
    return __atomic_load_n(&free_blocks, __ATOMIC_RELAXED);
}

uint32 inodes_free(void)
{
    return __atomic_load_n(&free_inodes, __ATOMIC_RELAXED);
}

static bool bit_test(const uint64 *map, uint32 i)
{
    return map[i / 64] >> (i % 64) & 1;
}

// The first bit of [from, to) that is 0, or to.
static uint32 first_zero(const uint64 *map, uint32 from, uint32 to)
{
    while (from < to) {
        if (from % 64 == 0 && map[from / 64] == ~0UL)
            from += 64;
        else if (bit_test(map, from))
            from++;
        else
            return from;
    }
    return to;
}

// The first free block of [from, to): its number and its bitmap block, pinned. 0; -ENOSPC; ...
static int find_free(uint32 from, uint32 to, uint32 *blockno, struct block **map)
{
    while (from < to) {
        uint32 base = from - from % BITS_PER_BLOCK;
        uint32 end = min_u64((uint64)base + BITS_PER_BLOCK, to);
        int e = cache_get(BBLOCK(from, superblock), map);
        if (e)
            return e;
        *blockno = base + first_zero(block_data(*map), from - base, end - base);
        if (*blockno < end)
            return 0;
        cache_put(*map);
        from = end;
    }
    return -ENOSPC;
}

static int block_alloc_locked(uint32 hint, uint32 *blockno)
{
    struct block *map;
    uint32 start = block_valid(hint) ? hint : block_rotor;
    if (free_blocks == 0)
        return -ENOSPC;
    int e = find_free(start, superblock.size, blockno, &map);
    if (e == -ENOSPC)
        e = find_free(superblock.datastart, start, blockno, &map);
    if (e)
        return e;
    uint32 bit = *blockno % BITS_PER_BLOCK;
    ((uint64 *)block_data(map))[bit / 64] |= 1UL << (bit % 64);
    journal_write(map);
    cache_put(map);
    free_blocks--;
    block_rotor = *blockno + 1;
    return 0;
}

int block_alloc(uint32 hint, uint32 *blockno)
{
    sleeplock_lock(&alloc_lock);
    int e = block_alloc_locked(hint, blockno);
    sleeplock_unlock(&alloc_lock);
    return e;
}

static int block_free_locked(uint32 blockno)
{
    struct block *map;
    int e = cache_get(BBLOCK(blockno, superblock), &map);
    if (e)
        return e;
    uint32 bit = blockno % BITS_PER_BLOCK;
    if (bit_test(block_data(map), bit)) {
        ((uint64 *)block_data(map))[bit / 64] &= ~(1UL << (bit % 64));
        journal_write(map);
        cache_forget(blockno); // before anybody else can get the block
        free_blocks++;
    } else {
        e = -EIO;
    }
    cache_put(map);
    return e;
}

int block_free(uint32 blockno)
{
    if (!block_valid(blockno))
        return -EIO;
    sleeplock_lock(&alloc_lock);
    int e = block_free_locked(blockno);
    sleeplock_unlock(&alloc_lock);
    return e;
}

static struct dinode *dinode_in(struct block *b, uint32 inum)
{
    return (struct dinode *)block_data(b) + inum % INODES_PER_BLOCK;
}

// Marks the free inode inum, which lies in b, as one of that type.
static void inode_take(struct block *b, uint32 inum, int type)
{
    struct dinode *d = dinode_in(b, inum);
    memset(d, 0, sizeof *d);
    d->type = type;
    journal_write(b);
    free_inodes--;
    inode_rotor = inum + 1;
}

static int inode_alloc_locked(int type, uint32 *inum)
{
    if (free_inodes == 0)
        return -ENOSPC;
    for (uint32 i = inode_rotor; i < superblock.ninodes;) {
        struct block *b;
        uint32 end = min_u64(i - i % INODES_PER_BLOCK + INODES_PER_BLOCK, superblock.ninodes);
        int e = cache_get(IBLOCK(i, superblock), &b);
        if (e)
            return e;
        while (i < end && dinode_in(b, i)->type != 0)
            i++;
        if (i < end)
            inode_take(b, *inum = i, type);
        cache_put(b);
        if (i < end)
            return 0;
    }
    return -ENOSPC;
}

int inode_alloc(int type, uint32 *inum)
{
    sleeplock_lock(&alloc_lock);
    int e = inode_alloc_locked(type, inum);
    sleeplock_unlock(&alloc_lock);
    return e;
}

int inode_free(uint32 inum)
{
    struct block *b;
    int e = cache_get(IBLOCK(inum, superblock), &b);
    if (e)
        return e;
    sleeplock_lock(&alloc_lock);
    memset(dinode_in(b, inum), 0, sizeof(struct dinode));
    journal_write(b);
    free_inodes++;
    if (inum < inode_rotor)
        inode_rotor = inum;
    sleeplock_unlock(&alloc_lock);
    cache_put(b);
    return 0;
}

// Counts free blocks. The bits of blocks that no file may hold must be 1.
static int count_blocks(void)
{
    uint64 end = superblock.bmapstart;
    for (uint32 base = 0; end < superblock.datastart; base += BITS_PER_BLOCK, end++) {
        struct block *map;
        int e = cache_get(end, &map);
        if (e)
            return e;
        for (uint32 i = 0; i < BITS_PER_BLOCK && !e; i++) {
            i = first_zero(block_data(map), i, BITS_PER_BLOCK);
            if (i < BITS_PER_BLOCK && !block_valid(base + i))
                e = -EINVAL;
            else if (i < BITS_PER_BLOCK)
                free_blocks++;
        }
        cache_put(map);
        if (e)
            return e;
    }
    return 0;
}

static int count_inodes(void)
{
    for (uint32 i = 0; i < superblock.ninodes;) {
        struct block *b;
        int e = cache_get(IBLOCK(i, superblock), &b);
        if (e)
            return e;
        do {
            if (i != 0 && dinode_in(b, i)->type == 0)
                free_inodes++;
        } while (++i < superblock.ninodes && i % INODES_PER_BLOCK);
        cache_put(b);
    }
    return 0;
}

int alloc_mount(void)
{
    free_blocks = free_inodes = 0;
    block_rotor = superblock.datastart;
    inode_rotor = ROOTINO;
    int e = count_blocks();
    return e ? e : count_inodes();
}
