// Mounting the journal: what it holds goes home.
//
// The ring is read twice. First each group is checked, from the one that the header names onwards,
// until one does not count: that is the end of the log, where the machine stopped. Then the groups
// that count are copied home in order, and the header is set behind them. A power cut meanwhile
// does no harm: the same groups are copied again. Nothing on the disk is trusted: places, counts
// and home addresses are checked before use.
#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_internal.h"
#include "kernel/lib/print.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

static_assert(sizeof(struct journal_desc) <= BSIZE, "a descriptor fits a block");
static_assert(sizeof(struct journal_header) == 24, "header on disk");
static_assert(sizeof(struct journal_commit) == 24, "commit record on disk");
static_assert(BSIZE == PGSIZE, "a block is a page");

#define CHUNK_ORDER 5 // images are read 32 at a time
static_assert((1 << CHUNK_ORDER) == DISK_SEGMENTS, "a chunk is a request");

// A walk through the log.
struct walk {
    uint32 at;       // where in the ring it stands
    uint32 walked;   // blocks it has passed; never more than the ring has
    uint64 seq;      // number of the group there
    uint32 checksum; // of the group's blocks so far
    uint32 images;   // of this group
    bool apply;      // the group counts: copy its images home
    void *chunk;     // DISK_SEGMENTS pages
};

enum verdict { END = 0, GOOD = 1 }; // or -EIO

// Reads n blocks of the ring at the walk's place, which moves on, to buf.
static int read_ring(struct walk *w, void *buf, uint32 n)
{
    if (n > journal.ring - w->walked)
        return END;
    w->walked += n;
    while (n > 0) {
        uint32 part = (uint32)min_u64(n, journal.ring - w->at);
        struct disk_request r = {.op = DISK_READ, .blockno = ring_block(w->at), .nsegments = part};
        for (uint32 i = 0; i < part; i++, buf = (char *)buf + BSIZE)
            r.segment[i] = buf;
        int error = disk_run(&r);
        if (error)
            return error;
        w->at = ring_add(w->at, part);
        n -= part;
    }
    return GOOD;
}

static bool descriptor_valid(const struct journal_desc *d, uint64 seq)
{
    if (d->magic != JMAGIC || d->kind != JK_DESC || d->seq != seq || d->count == 0 ||
        d->count > JDESC_BLOCKS || d->more > 1)
        return false;
    for (uint32 i = 0; i < d->count; i++) {
        if (d->home[i] < journal.disk_min || d->home[i] >= journal.disk_end)
            return false;
    }
    return true;
}

// Passes a descriptor's images: END, GOOD, -EIO.
static int walk_images(struct walk *w, const struct journal_desc *d)
{
    uint32 n;
    for (uint32 done = 0; done < d->count; done += n) {
        n = (uint32)min_u64(d->count - done, DISK_SEGMENTS);
        int r = read_ring(w, w->chunk, n);
        if (r != GOOD)
            return r;
        w->checksum = crc32c(w->checksum, w->chunk, (size_t)n * BSIZE);
        for (uint32 i = 0; w->apply && i < n; i++)
            journal_io_write(d->home[done + i], (char *)w->chunk + (size_t)i * BSIZE);
        if (w->apply && journal_io_wait() != 0)
            return -EIO;
    }
    w->images += d->count;
    return GOOD;
}

// Passes a group: END if it does not count, GOOD, -EIO.
static int walk_group(struct walk *w)
{
    struct journal_desc *d = page_to_virt(journal.descriptor);
    w->checksum = w->images = 0;
    do {
        int r = read_ring(w, d, 1);
        if (r != GOOD || !descriptor_valid(d, w->seq))
            return r < 0 ? r : END;
        w->checksum = crc32c(w->checksum, d, BSIZE);
        r = walk_images(w, d);
        if (r != GOOD)
            return r;
    } while (d->more);

    const struct journal_commit *c = page_to_virt(journal.record);
    int r = read_ring(w, page_to_virt(journal.record), 1);
    if (r != GOOD)
        return r;
    bool counts = c->magic == JMAGIC && c->kind == JK_COMMIT && c->seq == w->seq &&
                  c->count == w->images && c->checksum == w->checksum;
    w->seq++;
    return counts ? GOOD : END;
}

// Copies all groups that count home; found tells which, and *seq and *start move behind the last.
// 0, -EIO.
static int replay(uint64 *seq, uint32 *start, void *chunk, struct journal_found *found)
{
    struct walk check = {.at = *start, .seq = *seq, .chunk = chunk};
    int r;
    while ((r = walk_group(&check)) == GOOD) {
        found->groups++;
        found->blocks += check.images;
    }
    if (r < 0 || found->groups == 0)
        return r;

    struct walk copy = {.at = *start, .seq = *seq, .chunk = chunk, .apply = true};
    for (uint64 i = 0; i < found->groups; i++) {
        if (walk_group(&copy) != GOOD) // it was good a moment ago
            return -EIO;
    }
    *seq = copy.seq;
    *start = copy.at;
    r = journal_io_flush();
    return r ? r : journal_write_header(*seq, *start);
}

// Reads the header and recovers; *seq and *start are then those of the next group.
static int recover(uint64 *seq, uint32 *start, struct journal_found *found)
{
    const struct journal_header *h = page_to_virt(journal.record);
    struct disk_request r = {.op = DISK_READ, .blockno = journal.log, .nsegments = 1};
    r.segment[0] = page_to_virt(journal.record);
    if (disk_run(&r) != 0)
        return -EIO;
    if (h->magic != JMAGIC || h->kind != JK_HEADER || h->start >= journal.ring || h->seq == 0 ||
        h->checksum != crc32c(0, h, offsetof(struct journal_header, checksum))) {
        kprintf("journal: damaged header in block %u\n", journal.log);
        return -EINVAL;
    }
    *seq = h->seq;
    *start = h->start;
    struct page *chunk = page_alloc_order(CHUNK_ORDER, 0);
    if (!chunk)
        return -ENOMEM;
    int error = replay(seq, start, page_to_virt(chunk), found);
    page_put(chunk);
    cache_drop();
    return error;
}

// Zeroed memory for n bytes.
static void *allocate(uint64 n)
{
    uint order = 0;
    while (((uint64)PGSIZE << order) < n)
        order++;
    struct page *page = page_alloc_order(order, PAGE_ZERO);
    return page ? page_to_virt(page) : 0;
}

// What the journal needs for good, once: images for two of the largest groups, which together take
// no more than a sixteenth of memory. 0, -ENOMEM.
static int allocate_memory(void)
{
    if (journal.sort)
        return 0;
    struct page_stats memory;
    page_stats(&memory);
    uint64 n = max_u64(2 * MAXOPBLOCKS, min_u64(2 * JDESC_BLOCKS, memory.total / 16));
    journal.nimages = (uint)n;
    journal.record = page_alloc(0);
    journal.descriptor = page_alloc(0);
    journal.image = allocate(n * sizeof(*journal.image));
    journal.sort = allocate(n * sizeof(*journal.sort));
    if (!journal.record || !journal.descriptor || !journal.image || !journal.sort)
        return -ENOMEM; // at boot: the mount fails, and so does booting
    list_init(&journal.spare);
    list_init(&journal.pending);
    for (uint i = 0; i < n; i++)
        list_push_back(&journal.spare, &journal.image[i].link);
    return 0;
}

static bool place_valid(const struct superblock *sb)
{
    uint64 end = (uint64)sb->logstart + sb->nlog;
    return sb->logstart >= 2 && sb->nlog >= MAXOPBLOCKS + 4 && end <= sb->inodestart &&
           sb->inodestart < sb->size && sb->size <= disk_blocks();
}

int journal_attach(const struct superblock *sb, struct journal_found *found)
{
    if (!place_valid(sb)) {
        kprintf("journal: impossible place or size\n");
        return -EINVAL;
    }
    int error = allocate_memory();
    if (error)
        return error;
    journal.log = sb->logstart;
    journal.ring = sb->nlog - 1;
    journal.group_max = (uint32)max_u64(
        MAXOPBLOCKS, min_u64(min_u64(journal.nimages / 2, JDESC_BLOCKS), journal.ring / 2 - 2));
    journal.disk_min = sb->inodestart;
    journal.disk_end = sb->size;

    uint64 seq;
    *found = (struct journal_found){0, 0};
    error = recover(&seq, &journal.head, found);
    if (error)
        return error;
    spin_lock(&journal.lock);
    list_init(&journal.blocks);
    journal.ring_used = 0;
    journal.running = seq;
    journal.committed = seq - 1;
    journal.failed = false;
    spin_unlock(&journal.lock);
    return 0;
}

int journal_mount(const struct superblock *sb)
{
    struct journal_found found;
    int error = journal_attach(sb, &found);
    if (error == 0 && found.groups > 0)
        kprintf("recovering: %lu groups, %lu blocks\n", found.groups, found.blocks);
    return error;
}
