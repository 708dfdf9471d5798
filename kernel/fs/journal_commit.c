// The journal's thread: it commits groups and brings their blocks home. It never allocates.
//
//     commit        1. close the group and wait until its transactions have ended
//                   2. copy its blocks, and open the next group
//                   3. write descriptor and copies to the ring, and flush
//                   4. write the commit record, and flush: from then on the group counts
//     write home    when copies or ring run short, when nothing has happened for a second, or on
//                   request: write the newest copy of each block to its home, sorted by number, and
//                   flush; write the header, which empties the ring, and flush; then the blocks are
//                   clean
//
// A block has at most one journal copy. When a newer group has changed the block, the new bytes
// overwrite the older copy: nobody needs the older bytes any more, since nothing is written home
// before the newer group is committed. When a block is freed, its copy stays without a block. The
// next owner of the number is a new block, which gets a copy of its own. So one number may have
// several copies, and only the newest is written home. The copies in use are sorted by number; of
// one number the oldest comes first.
#include "kernel/fs/journal_commit.h"

#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_io.h"
#include "kernel/fs/journal_state.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

// True if there are copies, and room in the ring, for a group of n blocks.
static bool can_log(uint n)
{
    return journal.ncopies - journal.npending >= n &&
           journal.ring - journal.ring_used >= n + GROUP_OVERHEAD;
}

// --- 1. Close the group ---

// Closes the running group and waits until its transactions have ended. False: there is no room for
// it, and transactions may go on to join it.
static bool close_group(void)
{
    spin_lock(&journal.lock);
    bool room = can_log(journal.count + journal.reserved);
    journal.closing = room;
    while (room && journal.open > 0)
        sleep(&journal.work, &journal.lock);
    spin_unlock(&journal.lock);
    return room;
}

// --- 2. Copy its blocks ---

// A frame that was promised for a copy. There is one, but perhaps not at once: more blocks than the
// cache accounts for may be pinned just now.
static struct page *promised_page(void)
{
    struct page *page;

    while ((page = page_alloc(PAGE_PROMISED)) == NULL) {
        spin_lock(&journal.lock);
        sleep_timeout(&journal.work, &journal.lock, 1, false);
        spin_unlock(&journal.lock);
    }
    return page;
}

// A new copy in use, behind older ones of the same home.
static struct journal_copy *insert_copy(uint32 home, struct page *page)
{
    uint i = journal.npending++;
    struct journal_copy *copy = journal.copy[i];

    for (; i > 0 && journal.copy[i - 1]->home > home; i--)
        journal.copy[i] = journal.copy[i - 1];
    journal.copy[i] = copy;
    *copy = (struct journal_copy){.page = page, .home = home};
    return copy;
}

// Copies b's bytes. The copy of an older group is overwritten: then the frame promised for a new
// one is not needed.
static struct journal_copy *copy_block(struct block *b)
{
    if (b->copy != NULL) {
        page_unpromise(1);
        journal.frames--;
    } else {
        b->copy = insert_copy(b->blockno, promised_page());
        b->copy->block = b;
    }

    block_cut_tail(b);
    page_copy(page_to_virt(b->copy->page), block_data(b));
    return b->copy;
}

// Copies the blocks of the group that is closing (to journal.group) and opens the next group.
// Returns how many blocks. The closing group has no transactions left, so that its blocks and their
// copies are the thread's alone: that needs no lock.
static uint copy_group(void)
{
    uint n = 0;

    for (struct list *item; (item = list_pop_front(&journal.blocks)) != NULL; n++)
        journal.group[n] = copy_block(list_entry(item, struct block, group));

    spin_lock(&journal.lock);
    debug_assert(n == journal.count && journal.reserved == 0);
    journal.closing = false;
    journal.want_commit = false;
    journal.count = 0;
    if (n > 0)
        journal.running++;
    wakeup(&journal.changed);
    spin_unlock(&journal.lock);
    return n;
}

// --- 3. and 4. Write it to the ring ---

// A copy that would pass for a record gets a zero in place of its first word while it is written to
// the ring (kernel/fs.h). Returns the mark that its home address gets for that.
static uint32 escape(struct journal_copy *copy)
{
    uint32 *first = page_to_virt(copy->page);

    if (*first != JMAGIC)
        return 0;
    *first = 0;
    return JHOME_ESCAPED;
}

// The copies of the group are in the ring: what is written home later are the blocks' own bytes.
static void unescape_group(const struct journal_desc *d)
{
    for (uint i = 0; i < d->count; i++) {
        uint32 *first = page_to_virt(journal.group[i]->page);
        if (d->home[i] & JHOME_ESCAPED)
            *first = JMAGIC;
    }
}

// The descriptor of a group of n blocks. Its copies are escaped from here on.
static struct journal_desc *make_descriptor(uint64 seq, uint n)
{
    struct journal_desc *d = (void *)journal.descriptor;

    page_zero(d);
    d->magic = JMAGIC;
    d->kind = JK_DESC;
    d->seq = seq;
    d->count = n;
    for (uint i = 0; i < n; i++)
        d->home[i] = journal.group[i]->home | escape(journal.group[i]);
    return d;
}

// Writes group number seq, n copies in journal.group, to the ring: 0, -EIO.
static int write_group(uint64 seq, uint n)
{
    // Descriptor and copies. The checksum is made while the disk works.
    uint32 at = journal.head;
    struct journal_desc *d = make_descriptor(seq, n);
    uint32 checksum = crc32c(0, d, BSIZE);
    journal_io_write(ring_block(at), d);
    for (uint i = 0; i < n; i++) {
        void *bytes = page_to_virt(journal.group[i]->page);
        at = ring_add(at, 1);
        journal_io_write(ring_block(at), bytes);
        checksum = crc32c(checksum, bytes, BSIZE);
    }
    int err = journal_io_flush();
    unescape_group(d);
    if (err)
        return err;

    // The commit record: the group counts when it is on disk.
    struct journal_commit *c = (void *)journal.record;
    page_zero(c);
    *c = (struct journal_commit){JMAGIC, JK_COMMIT, seq, n, checksum};
    journal_io_write(ring_block(ring_add(at, 1)), c);
    err = journal_io_flush();
    journal.head = ring_add(at, 2);
    journal.ring_used += n + GROUP_OVERHEAD;
    return err;
}

// --- Write home ---

// The copy is home: its page is freed, and its block is clean, unless the running group has changed
// it again.
static void free_copy(struct journal_copy *copy)
{
    spin_lock(&journal.lock);
    page_put(copy->page);
    journal.frames--;
    struct block *b = copy->block;
    if (b != NULL) {
        b->copy = NULL;
        if (list_empty(&b->group))
            cache_clean(b);
    }
    spin_unlock(&journal.lock);
}

// Brings all committed blocks home and empties the ring: 0, -EIO.
static int write_home(void)
{
    uint n = journal.npending;
    if (n == 0)
        return 0;

    // Of one number the newest copy is the last one.
    for (uint i = 0; i < n; i++) {
        const struct journal_copy *copy = journal.copy[i];
        if (i + 1 == n || journal.copy[i + 1]->home != copy->home)
            journal_io_write(copy->home, page_to_virt(copy->page));
    }

    // The blocks must be home for good before the header lets go of their groups.
    int err = journal_io_flush();
    if (err == 0)
        err = journal_write_header(journal.committed + 1, journal.head);
    if (err)
        return err;

    journal.ring_used = 0;
    for (uint i = 0; i < n; i++)
        free_copy(journal.copy[i]);
    journal.npending = 0;
    return 0;
}

// --- The thread ---

// Commits the running group: 0, -EIO.
static int commit_group(void)
{
    int err = 0;

    // A group that finds no room waits until older ones are home. Then there is room: a group takes
    // no more than half of the copies and of the ring.
    while (err == 0 && !close_group())
        err = write_home();
    if (err)
        return err;

    journal_stage_hook();
    uint n = copy_group();
    if (n == 0)
        return 0; // its blocks were freed meanwhile

    err = write_group(journal.committed + 1, n);
    if (err)
        return err;
    count(C_journal_commit);
    count_n(C_journal_block, n);

    spin_lock(&journal.lock);
    journal.committed++;
    wakeup(&journal.changed);
    spin_unlock(&journal.lock);
    return 0;
}

// Does what there is to do now: commits the running group; brings blocks home if somebody wants
// that, if the next group might have to wait for room, or if nothing else happens.
static void work(void)
{
    spin_lock(&journal.lock);
    uint64 requested = journal.requested;
    bool changes = journal.count > 0;
    journal.want_commit = false;
    spin_unlock(&journal.lock);

    int err = 0;
    if (changes)
        err = commit_group();
    if (err == 0 && (!changes || !can_log(journal.group_max / 2) || requested > journal.completed))
        err = write_home();
    if (err)
        kprintf("journal: disk error: nothing is written any more\n");

    spin_lock(&journal.lock);
    if (err)
        journal.failed = true;
    else
        journal.completed = requested;
    wakeup(&journal.changed);
    spin_unlock(&journal.lock);
}

// Waits until somebody wants something or a second is over. After a failure: for ever.
static void wait_for_work(void)
{
    int err = 0;

    spin_lock(&journal.lock);
    while (journal.failed ||
           (err == 0 && !journal.want_commit && journal.requested == journal.completed))
        err = sleep_timeout(&journal.work, &journal.lock, TICK_HZ, false);
    spin_unlock(&journal.lock);
}

void journal_main(void *)
{
    for (;;) {
        wait_for_work();
        work();
    }
}
