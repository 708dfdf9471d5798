// Mounting the journal: what it holds goes home.
//
// Groups are read from the one that the header names onwards. Each is read twice, through one page,
// so that recovery needs no memory, however large a group is: first to see whether it counts, then
// image by image to copy it home. The first that does not count is the end of the log, where the
// machine stopped. When all are home for good, the header is set behind the last. A power cut
// meanwhile does no harm: as long as the header is the old one, the same groups are copied again,
// and the last image of each block wins again. Nothing on the disk is trusted: places, counts and
// home addresses are checked before use.
#include "kernel/fs/journal_recover.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_commit.h"
#include "kernel/fs/journal_io.h"
#include "kernel/fs/journal_state.h"
#include "kernel/lib/print.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

static_assert(sizeof(struct journal_desc) <= BSIZE, "a descriptor fits a block");
static_assert(offsetof(struct journal_header, checksum) == 24, "header on disk");
static_assert(sizeof(struct journal_commit) == 24, "commit record on disk");
static_assert(BSIZE == PGSIZE, "a block is a page");

// Of the walk through the log, whose place is journal.head: the next group begins there.
struct walk {
    uint32 left; // blocks of the ring that no group has taken
    int error;   // -EIO: the disk has failed; -EINVAL: a group that counts cannot be right
};

// Each of the following returns false if the log ends here, or at an error.

// Reads block i of the group.
static bool read_ring(struct walk *w, uint32 i, void *page)
{
    w->error = disk_read(ring_block(ring_add(journal.head, i)), page);
    return w->error == 0;
}

// Reads the group's descriptor, which stays in journal.descriptor.
static bool read_descriptor(struct walk *w)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    return w->left > GROUP_OVERHEAD && read_ring(w, 0, journal.descriptor) && d->magic == JMAGIC &&
           d->kind == JK_DESC && d->seq == journal.committed + 1 && d->count > 0 &&
           d->count <= JDESC_BLOCKS && d->count <= w->left - GROUP_OVERHEAD;
}

// True if there is a group, and it counts.
static bool read_group(struct walk *w)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    const struct journal_commit *c = (void *)journal.record;
    if (!read_descriptor(w))
        return false;
    uint32 checksum = crc32c(0, d, BSIZE);
    for (uint32 i = 1; i <= d->count; i++) {
        if (!read_ring(w, i, journal.record))
            return false;
        checksum = crc32c(checksum, journal.record, BSIZE);
    }
    return read_ring(w, d->count + 1, journal.record) && c->magic == JMAGIC &&
           c->kind == JK_COMMIT && c->seq == d->seq && c->count == d->count &&
           c->checksum == checksum;
}

// A group that counts was written by a kernel, so its homes are right, or the disk is not as a
// kernel left it.
static bool check_homes(struct walk *w)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    for (uint32 i = 0; i < d->count; i++) {
        uint32 home = d->home[i] & ~JHOME_ESCAPED;
        if (home < journal.sb->inodestart || home >= journal.sb->size) {
            kprintf("journal: group %lu: an image's home is not a block of the file system\n",
                    d->seq);
            w->error = -EINVAL;
            return false;
        }
    }
    return true;
}

static bool check_writable(struct walk *w)
{
    if (!disk->read_only)
        return true;
    kprintf("journal: there are changes to bring home, but the disk is read-only: mount it once to "
            "be written to\n");
    w->error = -EROFS;
    return false;
}

// Copies the group's images home.
static bool copy_home(struct walk *w)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    for (uint32 i = 0; i < d->count; i++) {
        if (!read_ring(w, i + 1, journal.record))
            return false;
        if (d->home[i] & JHOME_ESCAPED)
            *(uint32 *)journal.record = JMAGIC;
        w->error = disk_write(d->home[i] & ~JHOME_ESCAPED, journal.record);
        if (w->error)
            return false;
    }
    return true;
}

// Brings home all groups that count, which *groups tells: 0, -EIO, -EINVAL, -EROFS.
// journal.committed and journal.head are then the last one's number and the place behind it.
static int replay(uint64 *groups)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    struct walk w = {.left = journal.ring};

    for (*groups = 0; read_group(&w) && check_homes(&w) && check_writable(&w) && copy_home(&w);
         ++*groups) {
        w.left -= d->count + GROUP_OVERHEAD;
        journal.head = ring_add(journal.head, d->count + GROUP_OVERHEAD);
        journal.committed++;
    }
    if (w.error || *groups == 0)
        return w.error;

    // The images must be home for good before the header lets go of them.
    int error = journal_io_flush();
    return error ? error : journal_write_header(journal.committed + 1, journal.head);
}

static int read_header(void)
{
    const struct journal_header *h = (void *)journal.record;
    if (disk_read(journal.sb->logstart, journal.record) != 0)
        return -EIO;
    if (h->magic != JMAGIC || h->kind != JK_HEADER || h->start >= journal.ring ||
        h->checksum != crc32c(0, h, offsetof(struct journal_header, checksum))) {
        kprintf("journal: damaged header in block %u\n", journal.sb->logstart);
        return -EINVAL;
    }
    journal.head = h->start;
    journal.committed = h->seq - 1;
    return 0;
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
    for (uint i = 0; i < IMAGES_MAX; i++)
        journal.image[i] = &images[i];
    thread_start("journal", journal_main, 0);
}

int journal_mount(const struct superblock *sb, uint64 *groups)
{
    journal.failed = true; // until it is mounted: the thread does nothing
    set_up_once();
    journal.sb = sb;
    journal.ring = sb->nlog - 1;
    journal.group_max = max_u64(MAXOPBLOCKS, min_u64(journal.nimages / 2, journal.ring / 2 - 2));
    int error = read_header();
    if (error == 0)
        error = replay(groups);
    if (error)
        return error;
    spin_lock(&journal.lock);
    list_init(&journal.blocks);
    journal.ring_used = 0;
    journal.running = journal.committed + 1;
    journal.failed = false;
    spin_unlock(&journal.lock);
    return 0;
}
