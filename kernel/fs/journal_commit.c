// The journal's thread: it commits groups and brings their blocks home. It never allocates.
//
//     commit        close the group and wait for its transactions; copy its blocks to images; open
//                   the next group; write descriptor and images, flush; write the commit record,
//                   flush. From then on the group counts.
//     go home       when images or ring run short, when nothing has happened for a second, or on
//                   request: write the newest image of each block home, sorted by number; flush;
//                   write the header, which empties the ring, flush; blocks become clean.
//
// A block has at most one image as long as it lives: a newer group's copy takes the older's place,
// which no one needs any more once the newer group is committed, and nothing goes home before. A
// block that was freed leaves its image behind, and its number's next owner makes another: what
// goes home is the newest of a number. Pending images are sorted by number, of one number the
// oldest first.
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

// True if a group of n blocks could be committed now.
static bool has_room(uint n)
{
    return journal.nimages - journal.npending >= n &&
           journal.ring - journal.ring_used >= n + GROUP_OVERHEAD;
}

// A frame that was promised for an image. There is one, if not at once: more blocks than the
// cache accounts for may be pinned just now.
static struct page *promised_page(void)
{
    struct page *page;
    while ((page = page_alloc(PAGE_PROMISED)) == 0) {
        spin_lock(&journal.lock);
        sleep_timeout(&journal.work, &journal.lock, 1, false);
        spin_unlock(&journal.lock);
    }
    return page;
}

// A new pending image, behind older ones of the same home.
static struct journal_image *add_image(uint32 home, struct page *page)
{
    uint i = journal.npending++;
    struct journal_image *image = journal.image[i];
    for (; i > 0 && journal.image[i - 1]->home > home; i--)
        journal.image[i] = journal.image[i - 1];
    journal.image[i] = image;
    *image = (struct journal_image){.page = page, .home = home};
    return image;
}

// The image for b in the group that is closing, with a copy of its bytes.
static struct journal_image *make_image(struct block *b)
{
    if (b->image) {
        page_unpromise(1);
        journal.frames--;
    } else {
        b->image = add_image(b->blockno, promised_page());
        b->image->block = b;
    }
    block_cut_tail(b);
    page_copy(page_to_virt(b->image->page), block_data(b));
    return b->image;
}

// Closes the running group and waits for its transactions. False: there is no room for it.
static bool close_group(void)
{
    spin_lock(&journal.lock);
    bool room = has_room(journal.count + journal.reserved);
    journal.closing = room;
    while (room && journal.open > 0)
        sleep(&journal.work, &journal.lock);
    spin_unlock(&journal.lock);
    return room;
}

// Copies the blocks of the group that is closing to images (in journal.group) and opens the next
// group. Returns how many. The closing group has no transactions left, so its blocks and their
// images are the thread's alone.
static uint stage_group(void)
{
    uint n = 0;
    for (struct list *item; (item = list_pop_front(&journal.blocks)) != 0; n++)
        journal.group[n] = make_image(list_entry(item, struct block, group));

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

// An image that would pass for a record gets a zero in place of its first word, until it is in the
// ring (kernel/fs.h). Returns what its home address says of that.
static uint32 escape(struct journal_image *image)
{
    uint32 *first = page_to_virt(image->page);
    if (*first != JMAGIC)
        return 0;
    *first = 0;
    return JHOME_ESCAPED;
}

// The images of the group are in the ring: what goes home later are the blocks' own bytes.
static void unescape_group(const struct journal_desc *d)
{
    for (uint i = 0; i < d->count; i++) {
        uint32 *first = page_to_virt(journal.group[i]->page);
        if (d->home[i] & JHOME_ESCAPED)
            *first = JMAGIC;
    }
}

// The descriptor of a group of n images, which are escaped from here on.
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

// Writes group seq, n images in journal.group, to the ring: 0, -EIO. The checksum is made while the
// disk works.
static int write_group(uint64 seq, uint n)
{
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
    int error = journal_io_flush();
    unescape_group(d);
    if (error)
        return error;
    struct journal_commit *c = (void *)journal.record;
    page_zero(c);
    *c = (struct journal_commit){JMAGIC, JK_COMMIT, seq, n, checksum};
    journal_io_write(ring_block(ring_add(at, 1)), c);
    error = journal_io_flush();
    journal.head = ring_add(at, 2);
    journal.ring_used += n + GROUP_OVERHEAD;
    return error;
}

// The image is home: gives its page back; its block is clean, unless a newer group has it.
static void release_image(struct journal_image *image)
{
    spin_lock(&journal.lock);
    page_put(image->page);
    journal.frames--;
    struct block *b = image->block;
    if (b) {
        b->image = 0;
        if (list_empty(&b->group))
            cache_clean(b);
    }
    spin_unlock(&journal.lock);
}

// Brings all committed blocks home and empties the ring: 0, -EIO.
static int go_home(void)
{
    uint n = journal.npending;
    if (n == 0)
        return 0;
    for (uint i = 0; i < n; i++) {
        const struct journal_image *image = journal.image[i];
        if (i + 1 == n || journal.image[i + 1]->home != image->home) // the newest
            journal_io_write(image->home, page_to_virt(image->page));
    }
    int error = journal_io_flush();
    if (error == 0)
        error = journal_write_header(journal.committed + 1, journal.head);
    if (error)
        return error;
    journal.ring_used = 0;
    for (uint i = 0; i < n; i++)
        release_image(journal.image[i]);
    journal.npending = 0;
    return 0;
}

// Commits the running group: 0, -EIO.
static int commit(void)
{
    int error = 0;
    while (!error && !close_group())
        error = go_home();
    if (error)
        return error;
    journal_stage_hook();
    uint n = stage_group();
    if (n == 0)
        return 0;
    error = write_group(journal.committed + 1, n);
    if (error)
        return error;
    count(C_journal_commit);
    count_n(C_journal_block, n);
    spin_lock(&journal.lock);
    journal.committed++;
    wakeup(&journal.changed);
    spin_unlock(&journal.lock);
    return 0;
}

// Does what there is to do now: commits the running group, brings blocks home if somebody wants
// that, the next group might have to wait for room, or nothing else happens.
static void work(void)
{
    spin_lock(&journal.lock);
    uint64 requested = journal.requested;
    bool changes = journal.count > 0;
    journal.want_commit = false;
    spin_unlock(&journal.lock);

    int error = changes ? commit() : 0;
    if (error == 0 &&
        (!changes || !has_room(journal.group_max / 2) || requested > journal.completed))
        error = go_home();
    if (error)
        kprintf("journal: disk error: nothing is written any more\n");

    spin_lock(&journal.lock);
    if (error)
        journal.failed = true;
    else
        journal.completed = requested;
    wakeup(&journal.changed);
    spin_unlock(&journal.lock);
}

// Waits until somebody wants something or a second is over.
static void wait_for_work(void)
{
    spin_lock(&journal.lock);
    int r = 0;
    while (journal.failed ||
           (r == 0 && !journal.want_commit && journal.requested == journal.completed))
        r = sleep_timeout(&journal.work, &journal.lock, TICK_HZ, false);
    spin_unlock(&journal.lock);
}

void journal_main(void *)
{
    for (;;) {
        wait_for_work();
        work();
    }
}
