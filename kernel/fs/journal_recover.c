// Mounting the journal: what it holds is written home.
//
// Groups are read from the one that the header names onwards. Each is read twice, through one page,
// so that recovery needs no memory, however large a group is: first to see whether it counts, then
// copy by copy to write it home. The first group that does not count is the end of the log: there
// the machine stopped. When all groups are home for good, the header is set behind the last.
//
// A power cut meanwhile does no harm: as long as the header is the old one, the same groups are
// written home again, in the same order, so that the last copy of each block wins again. Nothing on
// the disk is trusted: places, counts and home addresses are checked before use.
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

// The next group begins at journal.head. Its descriptor is read to journal.descriptor and stays
// there; its other blocks pass through journal.record.

// Reads block i of the next group.
static int read_ring(uint32 i, void *page)
{
    return disk_read(ring_block(ring_add(journal.head, i)), page);
}

// Reads the next group's descriptor; left: blocks of the ring that no group has taken. 1: it is
// one, and the right one; 0: the log ends here; -EIO.
static int read_descriptor(uint32 left)
{
    const struct journal_desc *d = (void *)journal.descriptor;

    if (left <= GROUP_OVERHEAD)
        return 0;
    int err = read_ring(0, journal.descriptor);
    if (err)
        return err;
    return d->magic == JMAGIC && d->kind == JK_DESC && d->seq == journal.committed + 1 &&
           d->count > 0 && d->count <= JDESC_BLOCKS && d->count <= left - GROUP_OVERHEAD;
}

// 1: there is a next group, and it counts: descriptor, copies and commit record belong together; 0:
// the log ends here; -EIO.
static int read_group(uint32 left)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    const struct journal_commit *c = (void *)journal.record;

    int found = read_descriptor(left);
    if (found <= 0)
        return found;

    uint32 checksum = crc32c(0, d, BSIZE);
    for (uint32 i = 1; i <= d->count; i++) {
        int err = read_ring(i, journal.record);
        if (err)
            return err;
        checksum = crc32c(checksum, journal.record, BSIZE);
    }

    int err = read_ring(d->count + 1, journal.record);
    if (err)
        return err;
    return c->magic == JMAGIC && c->kind == JK_COMMIT && c->seq == d->seq && c->count == d->count &&
           c->checksum == checksum;
}

// May the group that was read be written home? 0; -EINVAL; -EROFS. A group that counts was written
// by a kernel, so its home addresses are right, or the disk is not as a kernel left it.
static int check_group(void)
{
    const struct journal_desc *d = (void *)journal.descriptor;

    for (uint32 i = 0; i < d->count; i++) {
        uint32 home = d->home[i] & ~JHOME_ESCAPED;
        if (home < journal.sb->inodestart || home >= journal.sb->size) {
            kprintf("journal: group %lu: a copy's home is not a block of the file system\n",
                    d->seq);
            return -EINVAL;
        }
    }
    if (disk->read_only) {
        kprintf("journal: there are changes to bring home, but the disk is read-only: mount it "
                "once to be written to\n");
        return -EROFS;
    }
    return 0;
}

// Writes the group's copies home.
static int copy_home(void)
{
    const struct journal_desc *d = (void *)journal.descriptor;

    for (uint32 i = 0; i < d->count; i++) {
        int err = read_ring(i + 1, journal.record);
        if (err)
            return err;
        if (d->home[i] & JHOME_ESCAPED)
            *(uint32 *)journal.record = JMAGIC; // was zero in the ring
        err = disk_write(d->home[i] & ~JHOME_ESCAPED, journal.record);
        if (err)
            return err;
    }
    return 0;
}

// Brings all groups home that count. *groups: how many. 0, -EIO, -EINVAL, -EROFS. After it
// journal.committed is the last one's number, and journal.head the place behind it.
static int replay(uint64 *groups)
{
    const struct journal_desc *d = (void *)journal.descriptor;
    uint32 left = journal.ring;
    int found;

    *groups = 0;
    while ((found = read_group(left)) > 0) {
        int err = check_group();
        if (err == 0)
            err = copy_home();
        if (err)
            return err;

        ++*groups;
        left -= d->count + GROUP_OVERHEAD;
        journal.head = ring_add(journal.head, d->count + GROUP_OVERHEAD);
        journal.committed++;
    }
    if (found < 0 || *groups == 0)
        return found;

    // The blocks must be home for good before the header lets go of their groups.
    int err = journal_io_flush();
    if (err)
        return err;
    return journal_write_header(journal.committed + 1, journal.head);
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

// At the first mount: the journal's thread, and copies for two of the largest groups, which
// together take no more than a sixteenth of memory.
static void set_up_once(void)
{
    static struct journal_copy copies[COPIES_MAX];
    struct page_stats memory;

    if (journal.ncopies > 0)
        return;
    page_stats(&memory);
    journal.ncopies = max_u64(2 * MAXOPBLOCKS, min_u64(COPIES_MAX, memory.total / 16));
    for (uint i = 0; i < COPIES_MAX; i++)
        journal.copy[i] = &copies[i];
    thread_start("journal", journal_main, NULL);
}

int journal_mount(const struct superblock *sb, uint64 *groups)
{
    journal.failed = true; // until it is mounted: the thread does nothing
    set_up_once();

    // A group takes half of the copies, and half of the ring, at most: while it is written, the
    // one before it can still be on its way home.
    journal.sb = sb;
    journal.ring = sb->nlog - 1;
    journal.group_max = max_u64(MAXOPBLOCKS, min_u64(journal.ncopies / 2, journal.ring / 2 - 2));

    int err = read_header();
    if (err == 0)
        err = replay(groups);
    if (err)
        return err;

    spin_lock(&journal.lock);
    list_init(&journal.blocks);
    journal.ring_used = 0;
    journal.running = journal.committed + 1;
    journal.failed = false;
    spin_unlock(&journal.lock);
    return 0;
}
