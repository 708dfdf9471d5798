// fsck: every inode by itself, the blocks that it owns, and the bitmap.
#include "mkfs/fsck.h"
#include "mkfs/volume.h"

#include <string.h>

#define BLOCK_LINES_MAX 8 // problems with the blocks of one inode that are told apart

// One inode's blocks, while they are claimed for it.
struct claim {
    struct fsck *fsck;
    uint32 inum;
    uint64 blocks;   // that its size covers
    uint32 problems; // met so far
};

// True if one more problem of these blocks is worth a line of its own.
static bool tell(struct claim *claim)
{
    claim->problems++;
    return claim->problems <= BLOCK_LINES_MAX;
}

// Notes that the inode owns the block, whose first byte belongs to the file's block index. False
// if it is not the inode's to own.
static bool claim_block(struct claim *claim, uint32 block, uint64 index, const char *what)
{
    struct fsck *fsck = claim->fsck;

    if (!block_valid(&fsck->image, block)) {
        if (tell(claim))
            inode_problem(fsck, claim->inum, "%s %u is out of range (for block %llu of the file)",
                          what, block, (unsigned long long)index);
        return false;
    }
    if (fsck->owner[block] != 0) {
        char other[INODE_NAME_SIZE];
        inode_name(fsck, fsck->owner[block], other, sizeof(other));
        if (tell(claim))
            inode_problem(fsck, claim->inum, "%s %u is used twice, before by %s", what, block,
                          other);
        return false;
    }
    fsck->owner[block] = claim->inum;
    if (index >= claim->blocks && tell(claim))
        inode_problem(fsck, claim->inum, "%s %u is past the end (for block %llu of %llu)", what,
                      block, (unsigned long long)index, (unsigned long long)claim->blocks);
    return true;
}

// Claims a block and, if depth > 0, what it leads to. Its first byte belongs to block index.
static void claim_tree(struct claim *claim, uint32 block, int depth, uint64 index)
{
    static const uint64 spans[] = {1, 1, NINDIRECT};

    if (block == 0 || !claim_block(claim, block, index, depth ? "indirect block" : "block"))
        return;
    if (depth == 0)
        return;
    const uint32 *words = image_block(&claim->fsck->image, block);
    for (uint32 i = 0; i < NINDIRECT; i++)
        claim_tree(claim, words[i], depth - 1, index + i * spans[depth]);
}

static void claim_blocks(struct fsck *fsck, uint32 inum)
{
    const struct dinode *inode = inode_at(&fsck->image, inum);
    struct claim claim = {fsck, inum, div_up(inode->size, BSIZE), 0};

    for (uint32 i = 0; i < NDIRECT; i++)
        claim_tree(&claim, inode->addrs[i], 0, i);
    claim_tree(&claim, inode->addrs[NDIRECT], 1, NDIRECT);
    claim_tree(&claim, inode->addrs[NDIRECT + 1], 2, NDIRECT + NINDIRECT);
    if (claim.problems > BLOCK_LINES_MAX)
        inode_problem(fsck, inum, "%u more blocks are wrong", claim.problems - BLOCK_LINES_MAX);
}

// The block with byte offset of the inode's data, or 0: a hole, or a place that cannot be found,
// which is told elsewhere.
static const char *data_block(struct fsck *fsck, uint32 inum, uint64 offset)
{
    uint32 block;

    if (file_block(&fsck->image, inum, offset / BSIZE, &block) != FS_OK || block == 0)
        return 0;
    return image_block(&fsck->image, block);
}

// Bytes behind the end, in the last block, would show when the file grows. The kernel keeps them
// zero on disk, also those that a program stored there through a mapping.
static void check_tail(struct fsck *fsck, uint32 inum)
{
    uint64 size = inode_at(&fsck->image, inum)->size;
    const char *data = size % BSIZE != 0 ? data_block(fsck, inum, size) : 0;

    for (uint32 i = size % BSIZE; data && i < BSIZE; i++) {
        if (data[i] != 0) {
            inode_problem(fsck, inum, "holds bytes behind its end, from %llu on",
                          (unsigned long long)(size - size % BSIZE + i));
            return;
        }
    }
}

static void check_symlink(struct fsck *fsck, uint32 inum)
{
    uint64 size = inode_at(&fsck->image, inum)->size;

    if (size == 0 || size >= MAXPATH) {
        inode_problem(fsck, inum, "a symbolic link of %llu bytes, must be 1 to %d",
                      (unsigned long long)size, MAXPATH - 1);
        return;
    }
    if (inode_at(&fsck->image, inum)->addrs[0] == 0) {
        inode_problem(fsck, inum, "a symbolic link without a block");
        return;
    }
    const char *target = data_block(fsck, inum, 0);
    if (target && memchr(target, 0, size))
        inode_problem(fsck, inum, "a symbolic link with a 0 in its target");
}

// The fields that only a device has, and those that nothing has yet.
static void check_fields(struct fsck *fsck, uint32 inum)
{
    const struct dinode *inode = inode_at(&fsck->image, inum);

    if (inode->type == T_DEVICE && (inode->major < 0 || inode->major >= NDEV))
        inode_problem(fsck, inum, "an unknown device (%d, %d)", inode->major, inode->minor);
    if (inode->type == T_DEVICE && inode->size != 0)
        inode_problem(fsck, inum, "a device of size %llu", (unsigned long long)inode->size);
    if (inode->type != T_DEVICE && (inode->major != 0 || inode->minor != 0))
        inode_problem(fsck, inum, "no device, but with a device number (%d, %d)", inode->major,
                      inode->minor);
    if (inode->flags != 0)
        inode_problem(fsck, inum, "unknown flags 0x%x", inode->flags);
    if (inode->index != 0)
        inode_problem(fsck, inum, "an index (block %u), which is not known", inode->index);
}

static void check_inode(struct fsck *fsck, uint32 inum)
{
    const struct dinode *inode = inode_at(&fsck->image, inum);
    unsigned long long size = inode->size;

    if (inode->type == 0)
        return;
    if (inode->type < T_DIR || inode->type > T_SYMLINK)
        inode_problem(fsck, inum, "unknown type %d", inode->type);
    if (inode->nlink > LINK_MAX)
        inode_problem(fsck, inum, "%u links, at most %u are allowed", inode->nlink, LINK_MAX);
    if (size > FILE_SIZE_MAX)
        inode_problem(fsck, inum, "size %llu is larger than a file can be", size);
    check_fields(fsck, inum);
    if (inode->type == T_SYMLINK && inode->nlink > 0)
        check_symlink(fsck, inum);
    check_tail(fsck, inum);
    claim_blocks(fsck, inum);
}

void check_inodes(struct fsck *fsck)
{
    const struct dinode *zero = inode_at(&fsck->image, 0);

    if (zero->type != 0)
        problem(fsck, "inode 0 is in use (type %d)", zero->type);
    for (uint32 inum = ROOTINO; inum < fsck->image.sb.ninodes; inum++)
        check_inode(fsck, inum);
}

// What the bitmap says of a block that is wrong; 0 if it is right. Blocks from sb.size on are the
// bits beyond the disk's end.
static const char *bitmap_problem(const struct fsck *fsck, uint64 bit)
{
    const struct superblock *sb = &fsck->image.sb;
    const uint8 *bits = image_block(&fsck->image, sb->bmapstart + (uint32)(bit / BITS_PER_BLOCK));
    bool in_use = bits[bit % BITS_PER_BLOCK / 8] >> bit % 8 & 1;

    if (bit < sb->datastart)
        return in_use ? 0 : "marked free, but not for files";
    if (bit >= sb->size)
        return in_use ? 0 : "marked free, but beyond the disk's end";
    if (in_use)
        return fsck->owner[bit] ? 0 : "lost: marked in use, but part of no file";
    return fsck->owner[bit] ? "marked free, but part of a file" : 0;
}

// Blocks first to last have the same problem and the same owner, or none. The kernel counts the
// free blocks when it mounts; it does not know then which are part of a file.
static void report_run(struct fsck *fsck, const char *what, uint64 first, uint64 last)
{
    char owner[INODE_NAME_SIZE] = "";
    const char *separator = "";

    if (first < fsck->image.sb.size && fsck->owner[first]) {
        inode_name(fsck, fsck->owner[first], owner, sizeof(owner));
        separator = ": ";
    }
    if (first < fsck->image.sb.datastart || first >= fsck->image.sb.size)
        fsck->refused = true;
    if (first == last)
        problem(fsck, "bitmap: block %llu: %s%s%s", (unsigned long long)first, what, separator,
                owner);
    else
        problem(fsck, "bitmap: blocks %llu to %llu: %s%s%s", (unsigned long long)first,
                (unsigned long long)last, what, separator, owner);
}

void check_bitmap(struct fsck *fsck)
{
    const struct superblock *sb = &fsck->image.sb;
    uint64 bits = (uint64)(sb->datastart - sb->bmapstart) * BITS_PER_BLOCK;

    for (uint64 bit = 0, end; bit < bits; bit = end) {
        const char *what = bitmap_problem(fsck, bit);
        uint32 owner = bit < sb->size ? fsck->owner[bit] : 0;
        for (end = bit + 1; what && end < bits; end++)
            if (bitmap_problem(fsck, end) != what || (end < sb->size && fsck->owner[end] != owner))
                break;
        if (what)
            report_run(fsck, what, bit, end - 1);
    }
}
