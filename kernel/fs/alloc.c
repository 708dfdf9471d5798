// Which blocks and inodes are free: the bitmap and the types of the inodes on disk.
//
// A block is allocated next to a hint, so that a file written in sequence lies in sequence; without
// a hint, behind the block that was allocated last. Of the free inodes the lowest is allocated: no
// inode below inode_rotor is free. One sleeplock guards bitmap, rotors and counts; the counts may
// be read without it.
#include "kernel/fs/alloc.h"

#include "kernel/errno.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/string.h"
#include "kernel/thread/sleeplock.h"

struct superblock superblock;

static struct sleeplock alloc_lock = SLEEPLOCK_INIT("alloc", ALLOC);
// All guarded by alloc_lock.
static uint32 free_blocks, free_inodes;
// Behind the block that was allocated last; no inode below is free.
static uint32 block_rotor, inode_rotor;

static_assert(BSIZE % sizeof(struct dinode) == 0, "inodes do not straddle blocks");

bool block_valid(uint32 blockno)
{
    return blockno >= superblock.datastart && blockno < superblock.size;
}

uint32 blocks_free(void) { return __atomic_load_n(&free_blocks, __ATOMIC_RELAXED); }

uint32 inodes_free(void) { return __atomic_load_n(&free_inodes, __ATOMIC_RELAXED); }

static bool bit_test(const uint64 *map, uint32 i) { return map[i / 64] >> (i % 64) & 1; }

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

// Finds the first free block of [from, to): *blockno, and its bitmap block *map, pinned. Returns 0;
// -ENOSPC; -EIO; -ENOMEM. => alloc_lock held
static int find_free(uint64 from, uint64 to, uint32 *blockno, struct block **map)
{
    struct block *b;

    while (from < to) {
        // One bitmap block: it covers the blocks from base on, and we look at those up to end.
        uint64 base = from - from % BITS_PER_BLOCK;
        uint64 end = min_u64(base + BITS_PER_BLOCK, to);
        int err = cache_get(BBLOCK(from, superblock), &b);
        if (err)
            return err;

        *blockno = base + first_zero(block_data(b), from - base, end - base);
        if (*blockno < end) {
            *map = b;
            return 0;
        }
        cache_put(b);
        from = end;
    }
    return -ENOSPC;
}

// => alloc_lock held, in a transaction. Changes the bit of blockno, which lies in map.
static void flip_bit(struct block *map, uint32 blockno)
{
    uint32 bit = blockno % BITS_PER_BLOCK;
    ((uint64 *)block_data(map))[bit / 64] ^= 1UL << (bit % 64);
    journal_write(map);
}

int block_alloc(uint32 hint, uint32 *blockno)
{
    struct block *map;

    sleeplock_lock(&alloc_lock);
    // From the start to the disk's end, then from the first block to the start.
    uint32 start = block_valid(hint) ? hint : block_rotor;
    int err = find_free(start, superblock.size, blockno, &map);
    if (err == -ENOSPC)
        err = find_free(superblock.datastart, start, blockno, &map);

    if (err == 0) {
        flip_bit(map, *blockno);
        cache_put(map);
        free_blocks--;
        block_rotor = *blockno + 1;
    }
    sleeplock_unlock(&alloc_lock);
    return err;
}

int block_free(uint64 owner, uint32 blockno)
{
    struct block *map;
    if (!block_valid(blockno))
        return -EINVAL;
    int err = cache_get(BBLOCK(blockno, superblock), &map);
    if (err)
        return err;

    // Whatever of the block is cached must go before anybody else can get it.
    sleeplock_lock(&alloc_lock);
    bool used = bit_test(block_data(map), blockno % BITS_PER_BLOCK);
    if (used && cache_forget(owner, blockno)) {
        flip_bit(map, blockno);
        free_blocks++;
    } else {
        err = -EINVAL;
    }
    sleeplock_unlock(&alloc_lock);
    cache_put(map);
    return err;
}

struct dinode *dinode_in(struct block *b, uint32 inum)
{
    return (struct dinode *)block_data(b) + inum % INODES_PER_BLOCK;
}

int inode_find(uint32 from, bool (*wanted)(const struct dinode *d), uint32 *inum,
               struct block **out)
{
    struct block *b;

    // Block after block, and in each inode after inode.
    while (from < superblock.ninodes) {
        int err = cache_get(IBLOCK(from, superblock), &b);
        if (err)
            return err;

        do {
            if (wanted(dinode_in(b, from))) {
                *inum = from;
                *out = b;
                return 0;
            }
            from++;
        } while (from < superblock.ninodes && from % INODES_PER_BLOCK != 0);
        cache_put(b);
    }
    return -ENOSPC;
}

static bool is_free_inode(const struct dinode *d) { return d->type == 0; }

// => alloc_lock held, in a transaction. Makes inode inum, which lies in b, an empty one of that
// type (0: a free one), and puts b.
static void reset_inode(struct block *b, uint32 inum, int type)
{
    struct dinode *d = dinode_in(b, inum);

    memset(d, 0, sizeof *d);
    d->type = type;
    journal_write(b);
    cache_put(b);
}

int inode_alloc(int type, uint32 *inum)
{
    struct block *b;

    sleeplock_lock(&alloc_lock);
    int err = inode_find(inode_rotor, is_free_inode, inum, &b);
    if (err == 0) {
        reset_inode(b, *inum, type);
        free_inodes--;
        inode_rotor = *inum + 1;
    }
    sleeplock_unlock(&alloc_lock);
    return err;
}

int inode_free(uint32 inum)
{
    struct block *b;
    int err = cache_get(IBLOCK(inum, superblock), &b);
    if (err)
        return err;

    sleeplock_lock(&alloc_lock);
    reset_inode(b, inum, 0);
    free_inodes++;
    inode_rotor = min_u64(inode_rotor, inum);
    sleeplock_unlock(&alloc_lock);
    return 0;
}

// How many bits of word are 0. Not every processor counts bits, so we add up neighbours: first
// pairs of bits, then pairs of these sums, and so on.
static uint count_zeroes(uint64 word)
{
    uint64 n = ~word;
    n -= n >> 1 & 0x5555555555555555;                             // in each pair of bits
    n = (n & 0x3333333333333333) + (n >> 2 & 0x3333333333333333); // in each four
    n = (n + (n >> 4)) & 0x0f0f0f0f0f0f0f0f;                      // in each byte
    return n * 0x0101010101010101 >> 56;                          // all bytes
}

// Counts the free blocks of one bitmap block, whose first bit is that of block base. The bits of
// blocks that no file may hold, and those beyond the disk's end, must be 1: else -EINVAL.
static int count_map(const uint64 *map, uint64 base)
{
    uint32 first = 0, end = min_u64(superblock.size - base, BITS_PER_BLOCK);

    if (superblock.datastart > base)
        first = min_u64(superblock.datastart - base, BITS_PER_BLOCK);
    if (first_zero(map, 0, first) < first || first_zero(map, end, BITS_PER_BLOCK) < BITS_PER_BLOCK)
        return -EINVAL;

    for (uint i = 0; i < BSIZE / sizeof(*map); i++)
        free_blocks += count_zeroes(map[i]);
    return 0;
}

static int count_blocks(void)
{
    int err = 0;

    free_blocks = 0;
    for (uint64 base = 0; err == 0 && base < superblock.size; base += BITS_PER_BLOCK) {
        struct block *map;
        err = cache_get(BBLOCK(base, superblock), &map);
        if (err)
            return err;
        err = count_map(block_data(map), base);
        cache_put(map);
    }
    return err;
}

// Inode 0, which is never used, is not counted.
static int count_inodes(void)
{
    free_inodes = 0;

    for (uint32 inum = 0; inum < superblock.ninodes; inum += INODES_PER_BLOCK) {
        struct block *b;
        int err = cache_get(IBLOCK(inum, superblock), &b);
        if (err)
            return err;

        uint32 end = min_u64(inum + INODES_PER_BLOCK, superblock.ninodes);
        for (uint32 i = inum; i < end; i++)
            if (i >= ROOTINO && is_free_inode(dinode_in(b, i)))
                free_inodes++;
        cache_put(b);
    }
    return 0;
}

int alloc_mount(void)
{
    block_rotor = superblock.datastart;
    inode_rotor = ROOTINO;
    int err = count_blocks();
    if (err)
        return err;
    return count_inodes();
}
