// Images of the format FLD2. See the header.
//
// What was different: an inode had no times and 24 direct blocks, the superblock no features, the
// journal's header no hint of free blocks; a group could have several descriptors, and its images
// lay in the ring as they were. The structures below are those of that format's kernel/fs.h.
#include "mkfs/old.h"

#include "mkfs/crc32c.h"
#include "mkfs/diag.h"
#include "mkfs/dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLD_NDIRECT      24
#define OLD_JDESC_BLOCKS 1000

struct old_superblock {
    uint32 magic, size, nblocks, ninodes, nlog, logstart, inodestart, bmapstart, datastart,
        blocksize, checksum;
};

struct old_dinode {
    int16 type, major, minor;
    uint16 reserved;
    uint32 nlink, reserved2;
    uint64 size;
    uint32 addrs[OLD_NDIRECT + 2];
};

struct old_header {
    uint32 magic, kind;
    uint64 seq;
    uint32 start, checksum;
};

struct old_desc {
    uint32 magic, kind;
    uint64 seq;
    uint32 count, more;
    uint32 home[OLD_JDESC_BLOCKS];
};

_Static_assert(sizeof(struct old_dinode) == 128, "inodes of FLD2");
_Static_assert(offsetof(struct old_superblock, checksum) == 40, "superblock of FLD2");
_Static_assert(offsetof(struct old_desc, home) == 24, "descriptors of FLD2");

#define OLD_INODES_PER_BLOCK (BSIZE / sizeof(struct old_dinode))

// The copy: from an old image to a new one.
struct copy {
    struct image old;
    struct old_superblock sb;
    const char *path;    // of the old image
    struct image *image; // the new one
    uint32 *became;      // for each old inode: the new one, 0 = not copied yet
    uint32 *queue;       // old directories that were copied, the first done of which have been read
    uint32 count, done;
};

static _Noreturn void damaged(const struct copy *copy, const char *what)
{
    fail("%s: damaged: %s", copy->path, what);
}

static void check(const struct copy *copy, const char *name, enum fs_error err)
{
    if (err)
        fail("%s: \"%s\" cannot be copied: %s", copy->path, name, fs_strerror(err));
}

// --- The old image ---

static void load_superblock(struct copy *copy)
{
    struct old_superblock *sb = &copy->sb;

    if (copy->old.blocks > SUPERBLOCK_BLOCKNO)
        memcpy(sb, image_block(&copy->old, SUPERBLOCK_BLOCKNO), sizeof(*sb));
    if (sb->magic != FSMAGIC_OLD)
        fail("%s: not an image of an older Twofold", copy->path);
    if (sb->checksum != crc32c(0, sb, offsetof(struct old_superblock, checksum)))
        damaged(copy, "the superblock's checksum is wrong");
    uint64 inodestart = (uint64)sb->logstart + sb->nlog;
    uint64 bmapstart = inodestart + div_up(sb->ninodes, OLD_INODES_PER_BLOCK);
    if (sb->blocksize != BSIZE || sb->nlog < 2 || sb->ninodes <= ROOTINO ||
        sb->inodestart != inodestart || sb->bmapstart != bmapstart ||
        sb->datastart != bmapstart + div_up(sb->size, BITS_PER_BLOCK) ||
        sb->datastart >= sb->size || sb->size > copy->old.blocks)
        damaged(copy, "the superblock has an impossible layout");
}

// Block i of the journal's ring, which may lie up to a turn beyond the end.
static const void *ring(const struct copy *copy, uint32 i)
{
    return image_block(&copy->old, copy->sb.logstart + 1 + i % (copy->sb.nlog - 1));
}

// How many blocks the group at start takes; 0 if none that counts is there. It has at most limit
// blocks.
static uint32 group_length(const struct copy *copy, uint32 start, uint64 seq, uint32 limit)
{
    uint32 crc = 0, length = 0, images = 0;
    bool more = true;

    while (more) {
        const struct old_desc *desc = ring(copy, start + length);
        if (limit - length < 3 || desc->magic != JMAGIC || desc->kind != JK_DESC ||
            desc->seq != seq || desc->count == 0 || desc->count > OLD_JDESC_BLOCKS ||
            desc->count > limit - length - 2)
            return 0;
        for (uint32 i = 0; i <= desc->count; i++)
            crc = crc32c(crc, ring(copy, start + length + i), BSIZE);
        length += desc->count + 1;
        images += desc->count;
        more = desc->more != 0;
    }
    const struct journal_commit *commit = ring(copy, start + length);
    bool counts = commit->magic == JMAGIC && commit->kind == JK_COMMIT && commit->seq == seq &&
                  commit->count == images && commit->checksum == crc;
    return counts ? length + 1 : 0;
}

// Copies the images of a group home, in memory.
static void replay_group(struct copy *copy, uint32 start, uint32 length)
{
    for (uint32 at = 0, count; at < length - 1; at += count + 1) {
        const struct old_desc *desc = ring(copy, start + at);
        count = desc->count;
        for (uint32 i = 0; i < count; i++) {
            if (desc->home[i] < copy->sb.inodestart || desc->home[i] >= copy->sb.size)
                damaged(copy, "a group of the journal has a home outside the file system");
            memcpy(image_edit(&copy->old, desc->home[i]), ring(copy, start + at + 1 + i), BSIZE);
        }
    }
}

static void replay_journal(struct copy *copy)
{
    const struct old_header *header = image_block(&copy->old, copy->sb.logstart);
    uint32 start = header->start, left = copy->sb.nlog - 1, length;

    if (header->magic != JMAGIC || header->kind != JK_HEADER || start >= left ||
        header->checksum != crc32c(0, header, offsetof(struct old_header, checksum)))
        damaged(copy, "the journal's header");
    for (uint64 seq = header->seq; (length = group_length(copy, start, seq, left)) > 0; seq++) {
        replay_group(copy, start, length);
        start = (start + length) % (copy->sb.nlog - 1);
        left -= length;
    }
}

static const struct old_dinode *old_inode(const struct copy *copy, uint32 inum)
{
    const struct old_dinode *inodes;

    if (inum == 0 || inum >= copy->sb.ninodes)
        damaged(copy, "an entry of a directory names an inode that does not exist");
    inodes = image_block(&copy->old, copy->sb.inodestart + inum / OLD_INODES_PER_BLOCK);
    return &inodes[inum % OLD_INODES_PER_BLOCK];
}

// The bytes of a block that an inode or an indirect block names; 0 for a hole.
static const void *old_block(const struct copy *copy, uint32 block)
{
    if (block != 0 && (block < copy->sb.datastart || block >= copy->sb.size))
        damaged(copy, "a file has a block outside the file system");
    return block ? image_block(&copy->old, block) : 0;
}

static const void *below(const struct copy *copy, const uint32 *words, uint64 i)
{
    return words ? old_block(copy, words[i]) : 0;
}

// The bytes of the file's block index; 0 for a hole.
static const void *old_data(const struct copy *copy, const struct old_dinode *inode, uint64 index)
{
    if (index < OLD_NDIRECT)
        return old_block(copy, inode->addrs[index]);
    index -= OLD_NDIRECT;
    if (index < NINDIRECT)
        return below(copy, old_block(copy, inode->addrs[OLD_NDIRECT]), index);
    index -= NINDIRECT;
    if (index >= NINDIRECT * NINDIRECT)
        damaged(copy, "a file is larger than a file can be");
    const void *middle =
        below(copy, old_block(copy, inode->addrs[OLD_NDIRECT + 1]), index / NINDIRECT);
    return below(copy, middle, index % NINDIRECT);
}

// --- The new image ---

// Holes stay holes.
static void copy_data(struct copy *copy, const struct old_dinode *inode, uint32 inum,
                      const char *name)
{
    if (inode->size > FILE_SIZE_MAX)
        check(copy, name, FS_TOO_LARGE);
    for (uint64 offset = 0; offset < inode->size; offset += BSIZE) {
        uint64 rest = inode->size - offset;
        const void *data = old_data(copy, inode, offset / BSIZE);
        if (!data)
            continue;
        inode_edit(copy->image, inum)->size = offset;
        check(copy, name, file_write(copy->image, inum, offset, data, rest < BSIZE ? rest : BSIZE));
    }
    inode_edit(copy->image, inum)->size = inode->size;
}

// One more name for a file that was copied.
static void copy_link(struct copy *copy, uint32 inum, uint32 dir, const char *name)
{
    if (inode_at(copy->image, inum)->nlink >= LINK_MAX)
        check(copy, name, FS_TOO_MANY_LINKS);
    check(copy, name, dir_add(copy->image, dir, name, inum));
    inode_edit(copy->image, inum)->nlink++;
}

static void check_node(struct copy *copy, const struct old_dinode *inode)
{
    if (inode->type != T_FILE && inode->type != T_DEVICE && inode->type != T_SYMLINK)
        damaged(copy, "an inode of an unknown type has a name");
    if (inode->type == T_DEVICE && (inode->major < 0 || inode->major >= NDEV))
        damaged(copy, "an unknown device");
    if (inode->type != T_SYMLINK)
        return;
    const char *target = old_data(copy, inode, 0);
    if (inode->size == 0 || inode->size >= MAXPATH || !target || memchr(target, 0, inode->size))
        damaged(copy, "a symbolic link without a valid target");
}

static void copy_node(struct copy *copy, const struct old_dinode *inode, uint32 *inum, uint32 dir,
                      const char *name)
{
    check_node(copy, inode);
    check(copy, name, make_node(copy->image, dir, name, inode->type, inum));
    if (inode->type == T_DEVICE) {
        struct dinode *node = inode_edit(copy->image, *inum);
        node->major = inode->major;
        node->minor = inode->minor;
    } else {
        copy_data(copy, inode, *inum, name);
    }
}

// Copies what old_inum is, as name of the new directory dir.
static void copy_entry(struct copy *copy, uint32 old_inum, uint32 dir, const char *name)
{
    const struct old_dinode *inode = old_inode(copy, old_inum);
    uint32 *became = &copy->became[old_inum];
    uint32 inum;
    enum fs_error err = dir_lookup(copy->image, dir, name, &inum);
    bool exists = err == FS_OK;

    if (err != FS_NOT_FOUND)
        check(copy, name, err);
    if (inode->type == T_DIR && *became != 0)
        damaged(copy, "a directory has two names");
    if (exists && (inode->type != T_DIR || inode_at(copy->image, inum)->type != T_DIR)) {
        printf("kept: %s\n", name);
        return;
    }
    if (inode->type == T_DIR) {
        if (!exists)
            check(copy, name, make_directory(copy->image, dir, name, &inum));
        *became = inum;
        copy->queue[copy->count++] = old_inum;
    } else if (*became != 0) {
        copy_link(copy, *became, dir, name);
    } else {
        copy_node(copy, inode, became, dir, name);
    }
}

static void copy_entries(struct copy *copy, uint32 old_dir)
{
    const struct old_dinode *inode = old_inode(copy, old_dir);
    const struct disk_dirent *entries = 0;
    uint32 number = 0;

    for (uint64 offset = 0; offset + sizeof(*entries) <= inode->size;
         offset += sizeof(*entries), number++) {
        char name[DIRSIZ + 1];
        if (offset % BSIZE == 0)
            entries = old_data(copy, inode, offset / BSIZE);
        if (!entries)
            damaged(copy, "a directory has a hole");
        const struct disk_dirent *entry = &entries[number % DIRENTS_PER_BLOCK];
        dirent_name(entry, name);
        if (entry->inum != 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            copy_entry(copy, entry->inum, copy->became[old_dir], name);
    }
}

void copy_old_image(struct image *image, const char *old_path)
{
    struct copy copy = {.path = old_path, .image = image};
    const char *err = image_open(&copy.old, old_path, IMAGE_READ);

    if (err)
        fail("%s: %s", old_path, err);
    load_superblock(&copy);
    replay_journal(&copy);
    copy.became = must_calloc(copy.sb.ninodes, sizeof(*copy.became));
    copy.queue = must_calloc(copy.sb.ninodes, sizeof(*copy.queue));
    if (old_inode(&copy, ROOTINO)->type != T_DIR)
        damaged(&copy, "it has no root directory");
    copy.became[ROOTINO] = ROOTINO;
    copy.queue[copy.count++] = ROOTINO;
    while (copy.done < copy.count)
        copy_entries(&copy, copy.queue[copy.done++]);
    free(copy.became);
    free(copy.queue);
    image_close(&copy.old);
}
