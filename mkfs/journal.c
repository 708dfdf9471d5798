// Journal recovery on an image. See the header, and kernel/fs.h for the format.
#include "mkfs/journal.h"

#include "mkfs/crc32c.h"

#include <stdio.h>
#include <string.h>

// A group: where it begins in the ring, its number, its length in ring blocks, its images.
struct group {
    uint32 start;
    uint64 seq;
    uint32 length;
    uint32 images;
};

static char text[160];

static uint32 ring_size(const struct image *image) { return image->sb.nlog - 1; }

// The disk block of the ring's block i, which may lie up to a turn beyond the end.
static uint32 ring_block(const struct image *image, uint32 i) { return image->sb.logstart + 1 + i % ring_size(image); }

// Checks the descriptor at the group's present length; extends the group and the checksum by it
// and its images. The ring has room for all of it and a commit block, and limit more are left.
static bool take_descriptor(const struct image *image, struct group *group, uint32 limit, uint32 *crc, bool *more)
{
    const struct journal_desc *desc;

    if (limit - group->length < 3) // a descriptor, an image, a commit block
        return false;
    desc = image_block(image, ring_block(image, group->start + group->length));
    if (desc->magic != JMAGIC || desc->kind != JK_DESC || desc->seq != group->seq || desc->count == 0 ||
        desc->count > JDESC_BLOCKS || desc->more > 1)
        return false;
    if (desc->count > limit - group->length - 2)
        return false;
    for (uint32 i = 0; i < desc->count + 1; i++) {
        uint32 block = ring_block(image, group->start + group->length + i);
        *crc = crc32c(*crc, image_block(image, block), BSIZE);
    }
    group->length += desc->count + 1;
    group->images += desc->count;
    *more = desc->more == 1;
    return true;
}

// True if a group that counts begins at group->start; fills in the rest of it. It has at most
// limit blocks: a group does not reach round the ring into itself.
static bool find_group(const struct image *image, struct group *group, uint32 limit)
{
    uint32 crc = 0;
    bool more = true;
    const struct journal_commit *commit;

    group->length = group->images = 0;
    while (more)
        if (!take_descriptor(image, group, limit, &crc, &more))
            return false;
    commit = image_block(image, ring_block(image, group->start + group->length));
    group->length++;
    return commit->magic == JMAGIC && commit->kind == JK_COMMIT && commit->seq == group->seq &&
           commit->count == group->images && commit->checksum == crc;
}

// What a group's descriptors say: visits the home address and the ring block of each image.
static const char *each_image(struct image *image, const struct group *group,
                              const char *(*visit)(struct image *image, uint32 home, uint32 block))
{
    for (uint32 at = 0, count; at < group->length - 1; at += count + 1) {
        uint32 start = group->start + at;
        const struct journal_desc *desc = image_block(image, ring_block(image, start));
        count = desc->count;
        for (uint32 i = 0; i < count; i++) {
            const char *error = visit(image, desc->home[i], ring_block(image, start + 1 + i));
            if (error)
                return error;
        }
    }
    return 0;
}

static const char *check_home(struct image *image, uint32 home, uint32 block)
{
    (void)block;
    if (home >= image->sb.inodestart && home < image->sb.size)
        return 0;
    return "an image's home is not a block of the file system";
}

static const char *copy_home(struct image *image, uint32 home, uint32 block)
{
    memcpy(image_edit(image, home), image_block(image, block), BSIZE);
    return 0;
}

static const char *replay_group(struct image *image, const struct group *group)
{
    const char *error = each_image(image, group, check_home);

    if (!error)
        return each_image(image, group, copy_home);
    snprintf(text, sizeof(text), "group %llu: %s", (unsigned long long)group->seq, error);
    return text;
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
    if (header->seq == 0)
        return "its header has group number 0";
    if (header->start >= ring_size(image))
        return "its header points outside it";
    return 0;
}

static void mark_empty(struct image *image, const struct group *next)
{
    struct journal_header *header = image_edit(image, image->sb.logstart);

    header->seq = next->seq;
    header->start = next->start % ring_size(image);
    header->checksum = header_checksum(header);
}

const char *journal_replay(struct image *image, struct journal_summary *summary)
{
    const struct journal_header *header = image_block(image, image->sb.logstart);
    struct group group = {.start = header->start, .seq = header->seq};
    uint32 left = ring_size(image);
    const char *error = check_header(image);

    *summary = (struct journal_summary){0};
    if (error)
        return error;
    while (find_group(image, &group, left)) {
        error = replay_group(image, &group);
        if (error)
            return error;
        summary->groups++;
        summary->images += group.images;
        left -= group.length;
        group.start = (group.start + group.length) % ring_size(image);
        group.seq++;
    }
    summary->torn_count = group.images;
    if (summary->groups > 0)
        mark_empty(image, &group);
    return 0;
}
