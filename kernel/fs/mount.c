// Mounting (mount.h): is this a file system of ours, and whole enough to use? Then the journal is
// replayed, free blocks and inodes are counted, and inodes that had lost their last name when the
// machine stopped are freed; on a read-only disk they stay.
#include "kernel/fs/mount.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_recover.h"
#include "kernel/lib/print.h"

struct inode *root_inode;

static_assert(sizeof(struct dinode) == 128, "size of inodes on disk");
static_assert(offsetof(struct superblock, checksum) == 44, "superblock on disk");

// Why sb cannot be mounted; NULL: it can. Computed in 64 bits: nothing here may wrap.
static const char *superblock_fault(const struct superblock *sb)
{
    // Each part begins where the one before ends.
    uint64 inodestart = (uint64)sb->logstart + sb->nlog;
    uint64 bmapstart = inodestart + ((uint64)sb->ninodes + INODES_PER_BLOCK - 1) / INODES_PER_BLOCK;
    uint64 datastart = bmapstart + ((uint64)sb->size + BITS_PER_BLOCK - 1) / BITS_PER_BLOCK;

    // Is it ours?
    if (sb->magic == FSMAGIC_OLD)
        return "made by an older Twofold: on the host, `fsutil NEW.img import OLD.img` copies its "
               "files";
    if (sb->magic != FSMAGIC)
        return "no file system";
    if (sb->checksum != crc32c(0, sb, offsetof(struct superblock, checksum)))
        return "superblock: wrong checksum";
    if (sb->features != 0)
        return "superblock: has features that this kernel does not know: made by a newer Twofold";
    if (sb->blocksize != BSIZE)
        return "superblock: unknown block size";

    // Does it fit the disk and the limits of fs.h, and do its parts fit together?
    if (sb->size > disk->blocks)
        return "superblock: larger than the disk";
    if (sb->size > FSSIZE_MAX || sb->ninodes < NINODES_MIN || sb->ninodes > NINODES_MAX ||
        sb->nlog < NLOG_MIN || sb->nlog > NLOG_MAX)
        return "superblock: too few or too many blocks, inodes or blocks of the journal";
    if (sb->logstart != LOGSTART || sb->inodestart != inodestart || sb->bmapstart != bmapstart ||
        sb->datastart != datastart || datastart >= sb->size || sb->nblocks != sb->size - datastart)
        return "superblock: impossible layout";
    return NULL;
}

static int refuse(const char *reason)
{
    kprintf("mount: %s\n", reason);
    return -EINVAL;
}

static bool is_xv6(void)
{
    struct block *b;
    if (cache_get(FSMAGIC_XV6AT / BSIZE, &b) != 0)
        return false;
    uint32 magic = *(const uint32 *)((const char *)block_data(b) + FSMAGIC_XV6AT % BSIZE);
    cache_put(b);
    return magic == FSMAGIC_XV6;
}

static int read_superblock(void)
{
    struct block *b;
    int err = cache_get(SUPERBLOCK_BLOCKNO, &b);
    if (err)
        return err;
    superblock = *(const struct superblock *)block_data(b);
    cache_put(b);

    const char *fault = superblock_fault(&superblock);
    if (fault != NULL && superblock.magic != FSMAGIC && is_xv6())
        fault = "an xv6 file system: its format is another one";
    if (fault != NULL)
        return refuse(fault);
    return 0;
}

static int check_root(void)
{
    int err = inode_get(ROOTINO, &root_inode);
    if (err == 0)
        err = inode_load(root_inode);
    if (err == 0 && (root_inode->d.type != T_DIR || root_inode->d.nlink == 0))
        err = -EIO;
    if (err == -EIO)
        return refuse("no root directory");
    return err;
}

static bool is_orphan(const struct dinode *d) { return d->type != 0 && d->nlink == 0; }

// Frees the inodes that have a type and no name.
static int reclaim_orphans(void)
{
    uint32 inum = ROOTINO;
    struct block *b;
    int err;

    for (; (err = inode_find(inum, is_orphan, &inum, &b)) == 0; inum++) {
        struct inode *ip = NULL;
        kprintf("ireclaim: inode %u\n", inum);

        // Its block is pinned, so that an error does not come from the disk.
        if (inode_get(inum, &ip) == 0 && inode_load(ip) != 0)
            kprintf("ireclaim: inode %u is damaged and stays\n", inum);
        cache_put(b);

        // Its only user puts it: that frees it. If the disk fails then, the next mount frees it.
        inode_put(ip);
    }
    return err == -ENOSPC ? 0 : err;
}

int fs_mount(void)
{
    uint64 groups = 0;

    int err = read_superblock();
    if (err == 0)
        err = journal_mount(&superblock, &groups);
    if (err)
        return err;
    if (groups > 0)
        kprintf("recovering: %lu groups\n", groups);

    err = alloc_mount();
    if (err == -EINVAL)
        return refuse("bitmap: a block that is no data block is marked free");
    if (err == 0)
        err = check_root();
    if (err == 0 && !disk->read_only)
        err = reclaim_orphans();
    return err;
}
