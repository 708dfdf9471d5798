// Journal recovery on an image. See the header, and kernel/fs.h for the format.
#include "mkfs/journal.h"

#include "mkfs/crc32c.h"

#include <stdio.h>
#include <string.h>

#define GROUP_OVERHEAD 2 // blocks of the ring that a group takes besides its copies

// A group: where in the ring it begins, its number, its journal copies.
struct group {
    uint32 start;
    uint64 seq;
    uint32 copies;
};

static char text[160];

static uint32 ring_size(const struct image *image) { return image->sb.nlog - 1; }

// The group's block i.
static const void *group_block(const struct image *image, const struct group *group, uint32 i)
{
    return image_block(image, image->sb.logstart + 1 + (group->start + i) % ring_size(image));
}

// True if the group begins with a descriptor of it; fills in how many copies it has. The group
// takes at most limit blocks: it does not reach round the ring into itself.
static bool find_descriptor(const struct image *image, struct group *group, uint32 limit)
{
    const struct journal_desc *desc = group_block(image, group, 0);

    group->copies = 0;
    if (limit <= GROUP_OVERHEAD || desc->magic != JMAGIC || desc->kind != JK_DESC ||
        desc->seq != group->seq || desc->count == 0 || desc->count > JDESC_BLOCKS ||
        desc->count > limit - GROUP_OVERHEAD)
        return false;
    group->copies = desc->count;
    return true;
}

// True if the group, whose descriptor was found, was committed.
static bool group_counts(const struct image *image, const struct group *group)
{
    const struct journal_commit *commit = group_block(image, group, group->copies + 1);
    uint32 crc = 0;

    if (commit->magic != JMAGIC || commit->kind != JK_COMMIT || commit->seq != group->seq ||
        commit->count != group->copies)
        return false;
    for (uint32 i = 0; i <= group->copies; i++)
        crc = crc32c(crc, group_block(image, group, i), BSIZE);
    return commit->checksum == crc;
}

static void copy_image(struct image *image, uint32 home, const void *data)
{
    uint32 *to = image_edit(image, home & ~JHOME_ESCAPED);

    memcpy(to, data, BSIZE);
    if (home & JHOME_ESCAPED)
        to[0] = JMAGIC;
}

// Writes the copies home. Returns 0 or what is wrong with the group.
static const char *replay_group(struct image *image, const struct group *group)
{
    const struct journal_desc *desc = group_block(image, group, 0);

    for (uint32 i = 0; i < group->copies; i++) {
        uint32 home = desc->home[i] & ~JHOME_ESCAPED;
        if (home < image->sb.inodestart || home >= image->sb.size) {
            snprintf(text, sizeof(text),
                     "group %llu: a copy's home is not a block of the file system",
                     (unsigned long long)group->seq);
            return text;
        }
    }
    for (uint32 i = 0; i < group->copies; i++)
        copy_image(image, desc->home[i], group_block(image, group, i + 1));
    return 0;
}

static uint32 header_checksum(const struct journal_header *header)
{
    return crc32c(0, header, offsetof(struct journal_header, checksum));
}

static const char *check_header(const struct image *image)
{
    const struct journal_header *header = image_block(image, image->sb.logstart);

    if (header->magic != JMAGIC || header->kind != JK_HEADER)
        return "its header is none";
    if (header->checksum != header_checksum(header))
        return "its header's checksum is wrong";
    if (header->start >= ring_size(image))
        return "its header points outside it";
    return 0;
}

static void mark_empty(struct image *image, const struct group *next)
{
    struct journal_header *header = image_edit(image, image->sb.logstart);

    memset(header, 0, BSIZE);
    *header = (struct journal_header){JMAGIC, JK_HEADER, next->seq, next->start, FREE_UNKNOWN, 0};
    header->checksum = header_checksum(header);
}

const char *journal_replay(struct image *image, struct journal_summary *summary)
{
    const struct journal_header *header = image_block(image, image->sb.logstart);
    struct group group = {.start = header->start, .seq = header->seq};
    uint32 left = ring_size(image);
    const char *err = check_header(image);

    *summary = (struct journal_summary){0};
    if (err)
        return err;
    while (find_descriptor(image, &group, left) && group_counts(image, &group)) {
        err = replay_group(image, &group);
        if (err)
            return err;
        summary->groups++;
        summary->copies += group.copies;
        left -= group.copies + GROUP_OVERHEAD;
        group.start = (group.start + group.copies + GROUP_OVERHEAD) % ring_size(image);
        group.seq++;
    }
    summary->torn_count = group.copies;
    if (summary->groups > 0)
        mark_empty(image, &group);
    return 0;
}
