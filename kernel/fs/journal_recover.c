// Mounting the journal: what it holds goes home.
//
// Each group is read twice, from the one that the header names onwards: it is checked, and if it
// counts, its images are copied home. The first that does not count is the end of the log, where
// the machine stopped; the header is set there. A power cut meanwhile does no harm: the same groups
// are copied again. Nothing on the disk is trusted: places, counts and home addresses are checked
// before use.
#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_internal.h"
#include "kernel/lib/print.h"
#include "kernel/lock/thread.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

static_assert(sizeof(struct journal_desc) <= BSIZE, "a descriptor fits a block");
static_assert(sizeof(struct journal_header) == 24, "header on disk");
static_assert(sizeof(struct journal_commit) == 24, "commit record on disk");
static_assert(BSIZE == PGSIZE, "a block is a page");

// A walk through the log.
struct walk {
    uint32 at;       // where in the ring it stands
    uint32 left;     // blocks of the ring that it has not seen
    uint64 seq;      // number of the group there
    uint32 checksum; // of the group's blocks so far
    uint32 images;   // of this group
    bool apply;      // the group counts: copy its images home
    int error;       // -EIO: the disk has failed
};

static char image[BSIZE] __attribute__((aligned(BSIZE)));

// Each of the following returns false if the log ends here, or the disk has failed.

// Reads the block of the ring at the walk's place, which moves on.
static bool read_ring(struct walk *w, void *block)
{
    if (w->left == 0)
        return false;
    w->left--;
    w->error = disk_read(ring_block(w->at), block);
    w->at = ring_add(w->at, 1);
    return w->error == 0;
}

static bool descriptor_valid(const struct journal_desc *d, uint64 seq)
{
    if (d->magic != JMAGIC || d->kind != JK_DESC || d->seq != seq || d->count == 0 || d->count > JDESC_BLOCKS ||
        d->more > 1)
        return false;
    for (uint32 i = 0; i < d->count; i++) {
        if (d->home[i] < journal.disk_min || d->home[i] >= journal.disk_end)
            return false;
    }
    return true;
}

// Passes a descriptor's images.
static bool walk_images(struct walk *w, const struct journal_desc *d)
{
    for (uint32 i = 0; i < d->count && w->error == 0; i++) {
        if (!read_ring(w, image))
            return false;
        w->checksum = crc32c(w->checksum, image, BSIZE);
        if (w->apply) {
            journal_io_write(d->home[i], image);
            w->error = journal_io_wait();
        }
    }
    w->images += d->count;
    return w->error == 0;
}

// Passes a group.
static bool walk_group(struct walk *w)
{
    struct journal_desc *d = (void *)journal.descriptor;
    const struct journal_commit *c = (void *)journal.record;
    w->checksum = w->images = 0;
    do {
        if (!read_ring(w, d) || !descriptor_valid(d, w->seq))
            return false;
        w->checksum = crc32c(w->checksum, d, BSIZE);
        if (!walk_images(w, d))
            return false;
    } while (d->more);
    return read_ring(w, journal.record) && c->magic == JMAGIC && c->kind == JK_COMMIT && c->seq == w->seq++ &&
           c->count == w->images && c->checksum == w->checksum;
}

// Copies all groups that count home; the walk's place and number move behind the last, *groups
// tells how many. 0, -EIO.
static int replay(struct walk *w, uint64 *groups)
{
    struct walk check = *w;
    for (*groups = 0; walk_group(&check); ++*groups) {
        w->apply = true;
        if (!walk_group(w)) // it was good a moment ago
            return -EIO;
    }
    if (check.error || *groups == 0)
        return check.error;
    int error = journal_io_flush();
    return error ? error : journal_write_header(w->seq, w->at);
}

// Reads the header and recovers. The next group's place and number are then journal.head and
// journal.running.
static int recover(uint64 *groups)
{
    const struct journal_header *h = (void *)journal.record;
    if (disk_read(journal.log, journal.record) != 0)
        return -EIO;
    if (h->magic != JMAGIC || h->kind != JK_HEADER || h->start >= journal.ring || h->seq == 0 ||
        h->checksum != crc32c(0, h, offsetof(struct journal_header, checksum))) {
        kprintf("journal: damaged header in block %u\n", journal.log);
        return -EINVAL;
    }
    struct walk w = {.at = h->start, .left = journal.ring, .seq = h->seq};
    int error = replay(&w, groups);
    journal.head = w.at;
    journal.running = w.seq;
    cache_drop();
    return error;
}

// What the journal needs once: its thread, and images for two of the largest groups, which together
// take no more than a sixteenth of memory.
static void set_up_once(void)
{
    static struct journal_image images[IMAGES_MAX];
    struct page_stats memory;

    if (journal.nimages > 0)
        return;
    page_stats(&memory);
    journal.nimages = max_u64(2 * MAXOPBLOCKS, min_u64(IMAGES_MAX, memory.total / 16));
    for (uint i = 0; i < journal.nimages; i++)
        journal.image[i] = &images[i];
    thread_start("journal", journal_main, 0);
}

static bool place_valid(const struct superblock *sb)
{
    uint64 end = (uint64)sb->logstart + sb->nlog;
    return sb->logstart >= 2 && sb->nlog >= MAXOPBLOCKS + 4 && end <= sb->inodestart && sb->inodestart < sb->size &&
           sb->size <= disk->blocks;
}

int journal_attach(const struct superblock *sb, uint64 *groups)
{
    if (!place_valid(sb)) {
        kprintf("journal: impossible place or size\n");
        return -EINVAL;
    }
    set_up_once();
    journal.log = sb->logstart;
    journal.ring = sb->nlog - 1;
    journal.group_max = max_u64(MAXOPBLOCKS, min_u64(journal.nimages / 2, journal.ring / 2 - 2));
    journal.disk_min = sb->inodestart;
    journal.disk_end = sb->size;
    int error = recover(groups);
    if (error)
        return error;
    spin_lock(&journal.lock);
    list_init(&journal.blocks);
    journal.ring_used = 0;
    journal.committed = journal.running - 1;
    journal.failed = false;
    spin_unlock(&journal.lock);
    return 0;
}

int journal_mount(const struct superblock *sb)
{
    uint64 groups;
    int error = journal_attach(sb, &groups);
    if (error == 0 && groups > 0)
        kprintf("recovering: %lu groups\n", groups);
    return error;
}
