// Mounting the journal: what it holds goes home.
//
// Groups are read from the one that the header names onwards. One that counts is as good as just
// committed: its images are pending, and go home like any others, which sets the header behind it. The first
// that does not count is the end of the log, where the machine stopped. A power cut meanwhile does no harm:
// the same group is read again. Nothing on the disk is trusted: places, counts and home addresses are checked
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
    uint32 checksum; // of the group's blocks so far
    int error;       // -EIO: the disk has failed; -ENOMEM
};

// Each of the following returns false if the log ends here, or at an error.

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

static bool descriptor_valid(const struct journal_desc *d)
{
    if (d->magic != JMAGIC || d->kind != JK_DESC || d->seq != journal.committed + 1 || d->count == 0 ||
        d->count > JDESC_BLOCKS || d->more > 1)
        return false;
    for (uint32 i = 0; i < d->count; i++) {
        if (d->home[i] < journal.sb->inodestart || d->home[i] >= journal.sb->size)
            return false;
    }
    return true;
}

static bool read_images(struct walk *w, const struct journal_desc *d)
{
    for (uint32 i = 0; i < d->count; i++) {
        struct page *page = journal.npending < IMAGES_MAX ? page_alloc(0) : 0;
        if (!page) {
            w->error = -ENOMEM;
            return false;
        }
        journal_add_image(d->home[i], page);
        if (!read_ring(w, page_to_virt(page)))
            return false;
        w->checksum = crc32c(w->checksum, page_to_virt(page), BSIZE);
    }
    return true;
}

// Reads a group, whose images are pending then. There were none before.
static bool read_group(struct walk *w)
{
    struct journal_desc *d = (void *)journal.descriptor;
    const struct journal_commit *c = (void *)journal.record;
    w->checksum = 0;
    do {
        if (!read_ring(w, d) || !descriptor_valid(d))
            return false;
        w->checksum = crc32c(w->checksum, d, BSIZE);
        if (!read_images(w, d))
            return false;
    } while (d->more);
    return read_ring(w, journal.record) && c->magic == JMAGIC && c->kind == JK_COMMIT &&
           c->seq == journal.committed + 1 && c->count == journal.npending && c->checksum == w->checksum;
}

// Brings home all groups that count, which *groups tells: 0, -EIO, -ENOMEM. journal.committed and journal.head
// are then the last one's number and the place behind it.
static int replay(uint64 *groups)
{
    struct walk w = {.at = journal.head, .left = journal.ring};
    for (*groups = 0; w.error == 0 && read_group(&w); ++*groups) {
        journal.head = w.at;
        journal.committed++;
        w.error = journal_go_home();
    }
    while (journal.npending > 0) // what was read of a group that does not count
        page_put(journal.image[--journal.npending]->page);
    return w.error;
}

static int read_header(void)
{
    const struct journal_header *h = (void *)journal.record;
    if (disk_read(journal.sb->logstart, journal.record) != 0)
        return -EIO;
    if (h->magic != JMAGIC || h->kind != JK_HEADER || h->start >= journal.ring || h->seq == 0 ||
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
