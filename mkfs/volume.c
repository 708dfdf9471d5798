// Blocks, inodes and the bytes of files. See the header.
//
// The address of a file's block stands in a slot: a word of the inode itself or of an indirect
// block. Finding the slot is the same walk for looking, allocating and freeing.
#include "mkfs/volume.h"

#include <assert.h>
#include <string.h>

struct slot {
    uint32 block; // 0: there is none, an indirect block is missing
    uint32 word;
};

const char *fs_strerror(enum fs_error err)
{
#define FS_ERROR_TEXT(name, text) text,
    static const char *const texts[] = {FS_ERRORS(FS_ERROR_TEXT)};

    return texts[err];
}

bool block_valid(const struct image *image, uint32 block)
{
    return block >= image->sb.datastart && block < image->sb.size;
}

bool block_in_use(const struct image *image, uint32 block)
{
    const uint8 *bits = image_block(image, BBLOCK(block, image->sb));

    return bits[block % BITS_PER_BLOCK / 8] >> block % 8 & 1;
}

void block_mark(struct image *image, uint32 block, bool in_use)
{
    uint8 *bits = image_edit(image, BBLOCK(block, image->sb));
    uint8 mask = (uint8)(1 << block % 8);

    if (in_use)
        bits[block % BITS_PER_BLOCK / 8] |= mask;
    else
        bits[block % BITS_PER_BLOCK / 8] &= (uint8)~mask;
}

enum fs_error block_alloc(struct image *image, uint32 *block)
{
    uint32 candidate = image->next_block;

    for (uint32 tried = 0; tried < image->sb.nblocks; tried++, candidate++) {
        if (!block_valid(image, candidate))
            candidate = image->sb.datastart;
        if (block_in_use(image, candidate))
            continue;
        block_mark(image, candidate, true);
        memset(image_edit(image, candidate), 0, BSIZE);
        image->next_block = candidate + 1;
        *block = candidate;
        return FS_OK;
    }
    return FS_DISK_FULL;
}

static enum fs_error block_free(struct image *image, uint32 block)
{
    if (!block_valid(image, block) || !block_in_use(image, block))
        return FS_DAMAGED;
    block_mark(image, block, false);
    if (block < image->next_block)
        image->next_block = block;
    return FS_OK;
}

const struct dinode *inode_at(const struct image *image, uint32 inum)
{
    const struct dinode *inodes = image_block(image, IBLOCK(inum, image->sb));

    assert(inum < image->sb.ninodes);
    return &inodes[inum % INODES_PER_BLOCK];
}

struct dinode *inode_edit(struct image *image, uint32 inum)
{
    struct dinode *inodes = image_edit(image, IBLOCK(inum, image->sb));

    assert(inum < image->sb.ninodes);
    return &inodes[inum % INODES_PER_BLOCK];
}

enum fs_error inode_alloc(struct image *image, int type, uint32 *inum)
{
    uint32 candidate = image->next_inode;

    for (uint32 tried = 0; tried < image->sb.ninodes; tried++, candidate++) {
        if (candidate < ROOTINO || candidate >= image->sb.ninodes)
            candidate = ROOTINO;
        if (inode_at(image, candidate)->type != 0)
            continue;
        struct dinode *inode = inode_edit(image, candidate);
        memset(inode, 0, sizeof(*inode));
        inode->type = (int16)type;
        inode->nlink = 1;
        image->next_inode = candidate + 1;
        *inum = candidate;
        return FS_OK;
    }
    return FS_NO_INODES;
}

enum fs_error inode_free(struct image *image, uint32 inum)
{
    enum fs_error err = file_truncate(image, inum);

    if (err)
        return err;
    memset(inode_edit(image, inum), 0, sizeof(struct dinode));
    if (inum < image->next_inode)
        image->next_inode = inum;
    return FS_OK;
}

static uint32 slot_get(const struct image *image, struct slot slot)
{
    const uint32 *words = image_block(image, slot.block);

    return words[slot.word];
}

static void slot_set(struct image *image, struct slot slot, uint32 value)
{
    uint32 *words = image_edit(image, slot.block);

    words[slot.word] = value;
}

// The slot of the inode's address number i.
static struct slot inode_slot(const struct image *image, uint32 inum, uint32 i)
{
    size_t byte = inum % INODES_PER_BLOCK * sizeof(struct dinode) + offsetof(struct dinode, addrs);

    return (struct slot){IBLOCK(inum, image->sb), (uint32)(byte / sizeof(uint32)) + i};
}

// The block that the slot names; with alloc, a new one if it names none.
static enum fs_error slot_block(struct image *image, struct slot slot, bool alloc, uint32 *block)
{
    *block = slot.block ? slot_get(image, slot) : 0;
    if (*block)
        return block_valid(image, *block) ? FS_OK : FS_DAMAGED;
    if (!alloc)
        return FS_OK;
    enum fs_error err = block_alloc(image, block);
    if (!err)
        slot_set(image, slot, *block);
    return err;
}

// Goes from the slot that names an indirect block to a slot in that block.
static enum fs_error descend(struct image *image, struct slot *slot, uint32 word, bool alloc)
{
    uint32 block;
    enum fs_error err = slot_block(image, *slot, alloc, &block);

    *slot = (struct slot){block, word};
    return err;
}

// The slot for the file's block index; with alloc, indirect blocks are made on the way.
static enum fs_error find_slot(struct image *image, uint32 inum, uint64 index, bool alloc,
                               struct slot *slot)
{
    if (index >= MAXFILE)
        return FS_TOO_LARGE;
    uint32 i = (uint32)index;
    if (i < NDIRECT) {
        *slot = inode_slot(image, inum, i);
        return FS_OK;
    }
    i -= NDIRECT;
    if (i < NINDIRECT) {
        *slot = inode_slot(image, inum, NDIRECT);
        return descend(image, slot, i, alloc);
    }
    i -= NINDIRECT;
    *slot = inode_slot(image, inum, NDIRECT + 1);
    enum fs_error err = descend(image, slot, i / NINDIRECT, alloc);
    return err ? err : descend(image, slot, i % NINDIRECT, alloc);
}

static enum fs_error map_block(struct image *image, uint32 inum, uint64 index, bool alloc,
                               uint32 *block)
{
    struct slot slot;
    enum fs_error err = find_slot(image, inum, index, alloc, &slot);

    return err ? err : slot_block(image, slot, alloc, block);
}

enum fs_error file_block(struct image *image, uint32 inum, uint64 index, uint32 *block)
{
    return map_block(image, inum, index, false, block);
}

enum fs_error file_read(struct image *image, uint32 inum, uint64 offset, void *to, size_t n,
                        size_t *done)
{
    uint64 size = inode_at(image, inum)->size;
    char *out = to;

    *done = 0;
    if (size > FILE_SIZE_MAX)
        return FS_DAMAGED;
    while (*done < n && offset < size) {
        uint32 block;
        size_t chunk = BSIZE - offset % BSIZE;
        if (chunk > n - *done)
            chunk = n - *done;
        if (chunk > size - offset)
            chunk = size - offset;
        enum fs_error err = file_block(image, inum, offset / BSIZE, &block);
        if (err)
            return err;
        if (block)
            memcpy(out + *done, (const char *)image_block(image, block) + offset % BSIZE, chunk);
        else
            memset(out + *done, 0, chunk);
        *done += chunk;
        offset += chunk;
    }
    return FS_OK;
}

enum fs_error file_write(struct image *image, uint32 inum, uint64 offset, const void *from,
                         size_t n)
{
    const char *data = from;

    if (offset > inode_at(image, inum)->size)
        return FS_DAMAGED;
    while (n > 0) {
        uint32 block;
        size_t chunk = BSIZE - offset % BSIZE;
        if (chunk > n)
            chunk = n;
        enum fs_error err = map_block(image, inum, offset / BSIZE, true, &block);
        if (err)
            return err;
        memcpy((char *)image_edit(image, block) + offset % BSIZE, data, chunk);
        data += chunk;
        offset += chunk;
        n -= chunk;
    }
    if (offset > inode_at(image, inum)->size)
        inode_edit(image, inum)->size = offset;
    return FS_OK;
}

// Frees what the slot names: a block of data (depth 0) or a tree of indirect blocks.
static enum fs_error free_tree(struct image *image, struct slot slot, int depth)
{
    uint32 block;
    enum fs_error err = slot_block(image, slot, false, &block);

    if (err || !block)
        return err;
    for (uint32 word = 0; depth > 0 && word < NINDIRECT; word++) {
        err = free_tree(image, (struct slot){block, word}, depth - 1);
        if (err)
            return err;
    }
    slot_set(image, slot, 0);
    return block_free(image, block);
}

enum fs_error file_truncate(struct image *image, uint32 inum)
{
    for (uint32 i = 0; i < NDIRECT + 2; i++) {
        int depth = i < NDIRECT ? 0 : (int)(i - NDIRECT) + 1;
        enum fs_error err = free_tree(image, inode_slot(image, inum, i), depth);
        if (err)
            return err;
    }
    inode_edit(image, inum)->size = 0;
    return FS_OK;
}
