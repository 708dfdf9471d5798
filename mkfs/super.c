// Superblocks. See the header.
#include "mkfs/super.h"

#include "mkfs/crc32c.h"

#include <stdio.h>
#include <string.h>

static char text[200];

uint32 super_checksum(const struct superblock *sb)
{
    return crc32c(0, sb, offsetof(struct superblock, checksum));
}

// The first data block of such a disk.
static uint64 data_start(uint64 size, uint64 ninodes, uint64 nlog)
{
    return LOGSTART + nlog + div_up(ninodes, INODES_PER_BLOCK) + div_up(size, BITS_PER_BLOCK);
}

static const char *check_numbers(uint64 size, uint64 ninodes, uint64 nlog)
{
    if (ninodes < NINODES_MIN || ninodes > NINODES_MAX)
        snprintf(text, sizeof(text), "%llu inodes: must be %u to %u", (unsigned long long)ninodes,
                 NINODES_MIN, NINODES_MAX);
    else if (nlog < NLOG_MIN || nlog > NLOG_MAX)
        snprintf(text, sizeof(text), "a journal of %llu blocks: must be %u to %u",
                 (unsigned long long)nlog, NLOG_MIN, NLOG_MAX);
    else if (size > FSSIZE_MAX)
        snprintf(text, sizeof(text), "%llu blocks: at most %u", (unsigned long long)size,
                 FSSIZE_MAX);
    else if (nlog >= size || data_start(size, ninodes, nlog) >= size)
        snprintf(text, sizeof(text),
                 "%llu blocks: too few; journal, inodes and bitmap leave no block for files",
                 (unsigned long long)size);
    else
        return 0;
    return text;
}

const char *super_make(struct superblock *sb, uint64 size, uint64 ninodes, uint64 nlog)
{
    const char *err = check_numbers(size, ninodes, nlog);

    if (err)
        return err;
    memset(sb, 0, sizeof(*sb));
    sb->magic = FSMAGIC;
    sb->size = (uint32)size;
    sb->ninodes = (uint32)ninodes;
    sb->nlog = (uint32)nlog;
    sb->logstart = LOGSTART;
    sb->inodestart = sb->logstart + sb->nlog;
    sb->bmapstart = sb->inodestart + (uint32)div_up(ninodes, INODES_PER_BLOCK);
    sb->datastart = (uint32)data_start(size, ninodes, nlog);
    sb->nblocks = sb->size - sb->datastart;
    sb->blocksize = BSIZE;
    sb->checksum = super_checksum(sb);
    return 0;
}

// Says that a field is not what it should be; returns false if it is.
static bool differs(const char *name, uint32 is, uint32 should)
{
    if (is == should)
        return false;
    snprintf(text, sizeof(text), "%s is %u, must be %u", name, is, should);
    return true;
}

const char *super_check(const struct superblock *sb, uint32 blocks)
{
    struct superblock want;

    if (sb->features != 0) {
        snprintf(text, sizeof(text), "features 0x%x are not known: made by a newer Twofold",
                 sb->features);
        return text;
    }
    if (differs("blocksize", sb->blocksize, BSIZE))
        return text;
    const char *err = super_make(&want, sb->size, sb->ninodes, sb->nlog);
    if (err)
        return err;
    if (differs("logstart", sb->logstart, want.logstart) ||
        differs("inodestart", sb->inodestart, want.inodestart) ||
        differs("bmapstart", sb->bmapstart, want.bmapstart) ||
        differs("datastart", sb->datastart, want.datastart) ||
        differs("nblocks", sb->nblocks, want.nblocks))
        return text;
    if (sb->size > blocks) {
        snprintf(text, sizeof(text), "size is %u blocks, the image has %u", sb->size, blocks);
        return text;
    }
    return 0;
}

// True if the word at that byte of the image is value.
static bool has_word(const struct image *image, uint32 byte, uint32 value)
{
    uint32 word;

    if (byte / BSIZE >= image->blocks)
        return false;
    memcpy(&word, (const uint8 *)image_block(image, byte / BSIZE) + byte % BSIZE, sizeof(word));
    return word == value;
}

const char *super_foreign(const struct image *image)
{
    const uint32 at = SUPERBLOCK_BLOCKNO * BSIZE;

    if (has_word(image, at, FSMAGIC))
        return 0;
    if (has_word(image, at, FSMAGIC_OLD))
        return "made by an older Twofold; `fsutil NEW.img import OLD.img` copies its files into a "
               "new image";
    if (has_word(image, FSMAGIC_XV6AT, FSMAGIC_XV6))
        return "an xv6 image: its format is another one";
    if (image->blocks <= SUPERBLOCK_BLOCKNO)
        return "not a Twofold image (too short)";
    return "not a Twofold image (no superblock)";
}

const char *super_load(struct image *image)
{
    const char *err = super_foreign(image);

    if (err)
        return err;
    const struct superblock *sb = image_block(image, SUPERBLOCK_BLOCKNO);
    if (sb->checksum != super_checksum(sb))
        return "the superblock's checksum is wrong";
    err = super_check(sb, image->blocks);
    if (err)
        return err;
    image->sb = *sb;
    return 0;
}
