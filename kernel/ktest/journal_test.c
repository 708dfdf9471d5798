// Journal and checksum, on a RAM disk in place of the real one.
//
// The RAM disk keeps every block that is written, in order, so that the disk of any moment can be
// made again: a crash is a disk that has only the first k of them. The disk's homes are few; group
// number g writes four of them, full of g. So what recovery must yield is known for each prefix of
// groups, and the test finds out which prefix it got.
#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_recover.h"
#include "kernel/fs/journal_state.h"
#include "kernel/ktest/ktest.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

#define LOG_BLOCKS (MAXOPBLOCKS + 4)
#define HOME       (2 + LOG_BLOCKS) // first of them
#define HOMES      16
#define BLOCKS     (HOME + HOMES)
#define ORDER      7 // of the pages of a disk
#define WRITES_MAX 400
#define GROUPS     20
#define PER_GROUP  4

static_assert(BLOCKS <= 1 << ORDER, "the disk fits its pages");

struct write {
    uint32 blockno;
    struct page *page; // what was written
    uint64 committed;  // groups that were on disk for good then
};

static struct page *ram, *crashed;      // the disk; a disk that stopped early
static struct write writes[WRITES_MAX]; // what was written since start_log
static uint nwrites;                    // of them
static bool logging;                    // writes are kept
static const struct disk_driver *real;  // the driver of the real disk
static const struct superblock geometry = {
    .magic = FSMAGIC,
    .size = BLOCKS,
    .nlog = LOG_BLOCKS,
    .logstart = 2,
    .inodestart = HOME,
    .blocksize = BSIZE,
};

static char *block_of(struct page *image, uint32 blockno)
{
    return (char *)page_to_virt(image) + (size_t)blockno * BSIZE;
}

static int keep_write(uint32 blockno, const void *bytes)
{
    struct page *copy = nwrites < WRITES_MAX ? page_alloc(0) : 0;
    if (!copy)
        return -1;
    page_copy(page_to_virt(copy), bytes);
    writes[nwrites++] = (struct write){blockno, copy, journal.committed};
    return 0;
}

static void ram_submit(struct disk_request *r)
{
    r->status = 0;
    for (uint i = 0; i < r->nsegments; i++) {
        char *block = block_of(ram, r->blockno + i);
        if (r->op == DISK_READ)
            page_copy(r->segment[i], block);
        else
            page_copy(block, r->segment[i]);
        if (r->op == DISK_WRITE && logging)
            r->status |= keep_write(r->blockno + i, block);
    }
    r->done(r);
}

static const struct disk_driver ram_driver = {
    .submit = ram_submit, .blocks = BLOCKS, .needs_flush = true};

static void set_header(struct journal_header *h, uint64 seq, uint32 start)
{
    *h = (struct journal_header){JMAGIC, JK_HEADER, seq, start, FREE_UNKNOWN, 0};
    h->checksum = crc32c(0, h, offsetof(struct journal_header, checksum));
}

// An empty journal on an empty RAM disk takes the real one's place.
static bool setup(void)
{
    if (journal_flush() != 0)
        return false;
    ktest_empty_cache();
    ram = page_alloc_order(ORDER, PAGE_ZERO);
    crashed = page_alloc_order(ORDER, PAGE_ZERO);
    if (!ram || !crashed)
        return false;
    struct journal_header *h = (void *)block_of(ram, geometry.logstart);
    set_header(h, 1, 0);
    real = disk;
    disk = &ram_driver;
    uint64 groups;
    return journal_mount(&geometry, &groups) == 0;
}

static bool teardown(void)
{
    uint64 groups;
    bool good = journal_flush() == 0;
    logging = false;
    while (nwrites > 0)
        page_put(writes[--nwrites].page);
    ktest_empty_cache();
    disk = real;
    page_put(ram);
    page_put(crashed);
    return journal_mount(&superblock, &groups) == 0 && good;
}

// The homes that group g writes.
static uint32 home_of(uint64 g, uint i) { return HOME + (g * 3 + i * 5) % HOMES; }

// The first word of each block of every third group would make it pass for a record.
static uint64 first_word(uint64 g) { return g % 3 == 0 ? JMAGIC : g; }

static bool fill(uint32 blockno, uint64 value)
{
    struct block *b;
    if (cache_get(blockno, &b) != 0)
        return false;
    uint64 *words = block_data(b);
    for (uint i = 0; i < BSIZE / sizeof(*words); i++)
        words[i] = value;
    words[0] = first_word(value);
    journal_write(b);
    cache_put(b);
    return true;
}

// One transaction, committed: the next group.
static bool write_group(uint64 g)
{
    bool good = journal_begin(PER_GROUP) == 0;
    for (uint i = 0; good && i < PER_GROUP; i++)
        good = fill(home_of(g, i), g);
    journal_end();
    return good && journal_sync() == 0 && journal.committed == g;
}

// True if the RAM disk's homes are as groups 1 to last leave them.
static bool homes_are(uint64 last)
{
    uint64 want[HOMES] = {0};
    for (uint64 g = 1; g <= last; g++)
        for (uint i = 0; i < PER_GROUP; i++)
            want[home_of(g, i) - HOME] = g;
    for (uint i = 0; i < HOMES; i++) {
        const uint64 *words = (const void *)block_of(ram, HOME + i);
        if (words[0] != (want[i] == 0 ? 0 : first_word(want[i])))
            return false;
        for (uint k = 1; k < BSIZE / sizeof(*words); k++)
            if (words[k] != want[i])
                return false;
    }
    return true;
}

static void copy_disk(struct page *to, struct page *from)
{
    memcpy(page_to_virt(to), page_to_virt(from), (size_t)PGSIZE << ORDER);
}

// What was found wrong, 0 if nothing, after a crash that left disk crashed.
static const char *recover(uint64 *recovered)
{
    uint64 groups;
    copy_disk(ram, crashed);
    if (journal_mount(&geometry, &groups) != 0)
        return "mounting after a crash";
    *recovered = journal.committed;
    return homes_are(*recovered) ? 0 : "recovery yields a prefix of the groups";
}

// Groups enough to go round the ring; then a crash after each block that was written.
static const char *crash_anywhere(void)
{
    logging = true;
    copy_disk(crashed, ram);
    for (uint64 g = 1; g <= GROUPS; g++)
        if (!write_group(g) || (g % 7 == 0 && journal_flush() != 0))
            return "writing groups";
    if (journal_flush() != 0 || !homes_are(GROUPS))
        return "all blocks are home after a shutdown";
    logging = false;

    uint64 recovered = 0;
    for (uint k = 0; k < nwrites; k++) {
        page_copy(block_of(crashed, writes[k].blockno), page_to_virt(writes[k].page));
        const char *wrong = recover(&recovered);
        if (wrong)
            return wrong;
        if (recovered < writes[k].committed)
            return "what was synced survives";
    }
    return recovered == GROUPS ? 0 : "the last crash loses nothing";
}

// Where in the ring group g of those behind an empty journal at place 0 has its commit record.
static uint32 commit_block(uint64 g)
{
    return geometry.logstart + 1 + (uint32)g * (PER_GROUP + 2) - 1;
}

static const char *damaged_groups(void)
{
    for (uint64 g = 1; g <= 3; g++)
        if (!write_group(g))
            return "writing groups";
    copy_disk(crashed, ram);
    if (journal_flush() != 0)
        return "shutdown";

    uint64 recovered;
    struct journal_commit *c = (void *)block_of(crashed, commit_block(3));
    c->checksum ^= 1;
    const char *wrong = recover(&recovered);
    if (wrong || recovered != 2)
        return wrong ? wrong : "a damaged commit record does not count";
    c->checksum ^= 1;
    block_of(crashed, commit_block(2) - 1)[BSIZE - 1] ^= 1;
    wrong = recover(&recovered);
    if (wrong || recovered != 1)
        return wrong ? wrong : "a damaged image ends the log";
    c = (void *)block_of(crashed, commit_block(1));
    c->count--;
    wrong = recover(&recovered);
    return wrong || recovered == 0 ? wrong : "a commit record with another count does not count";
}

// Group 1 counts, and one of its homes is no block of the file system.
static const char *impossible_home(void)
{
    uint64 groups, recovered;
    if (!write_group(1))
        return "writing a group";
    copy_disk(crashed, ram);
    if (journal_flush() != 0)
        return "shutdown";

    struct journal_desc *d = (void *)block_of(crashed, commit_block(1) - PER_GROUP - 1);
    struct journal_commit *c = (void *)block_of(crashed, commit_block(1));
    uint32 right = d->home[PER_GROUP - 1];
    d->home[PER_GROUP - 1] = BLOCKS;
    c->checksum = crc32c(0, d, (PER_GROUP + 1) * BSIZE); // they follow each other
    copy_disk(ram, crashed);
    if (journal_mount(&geometry, &groups) != -EINVAL || !homes_are(0))
        return "a group with a home beyond the disk is refused before anything is copied";
    d->home[PER_GROUP - 1] = right;
    c->checksum = crc32c(0, d, (PER_GROUP + 1) * BSIZE);
    const char *wrong = recover(&recovered);
    return wrong || recovered == 1 ? wrong : "the same group with its right home counts";
}

// The three blocks of a group with one image, as a program would write them into a file.
static void forge(void *descriptor, void *image, void *commit, uint64 seq)
{
    memset(descriptor, 0, BSIZE);
    memset(image, 0x55, BSIZE);
    memset(commit, 0, BSIZE);
    *(struct journal_desc *)descriptor = (struct journal_desc){JMAGIC, JK_DESC, seq, 1, {HOME}};
    uint32 checksum = crc32c(crc32c(0, descriptor, BSIZE), image, BSIZE);
    *(struct journal_commit *)commit = (struct journal_commit){JMAGIC, JK_COMMIT, seq, 1, checksum};
}

// Blocks of group 1 look like group 2, and the log is read from where they lie in the ring.
static const char *forged_group(void)
{
    const uint32 home = HOME + 4;
    struct block *b[3];
    if (journal_begin(3) != 0)
        return "begin";
    for (uint i = 0; i < 3; i++)
        if (cache_get(home + i, &b[i]) != 0)
            return "reading";
    forge(block_data(b[0]), block_data(b[1]), block_data(b[2]), 2);
    for (uint i = 0; i < 3; i++) {
        journal_write(b[i]);
        cache_put(b[i]);
    }
    journal_end();
    if (journal_sync() != 0)
        return "writing a group";
    copy_disk(crashed, ram);
    if (journal_flush() != 0)
        return "shutdown";
    if (*(uint32 *)block_of(ram, home) != JMAGIC || *(uint32 *)block_of(ram, home + 2) != JMAGIC)
        return "blocks that look like records go home as they are";

    uint64 groups;
    copy_disk(ram, crashed);
    // the descriptor of group 1 is at place 0
    set_header((void *)block_of(ram, geometry.logstart), 2, 1);
    if (journal_mount(&geometry, &groups) != 0 || groups != 0)
        return "a group that a program has written does not count";
    copy_disk(ram, crashed);
    if (journal_mount(&geometry, &groups) != 0 || groups != 1)
        return "the group that holds it counts";
    if (*(uint32 *)block_of(ram, home) != JMAGIC || *(uint32 *)block_of(ram, home + 2) != JMAGIC)
        return "recovery puts the first words back";
    return 0;
}

// Group numbers count modulo 2^64.
static const char *numbers_wrap(void)
{
    uint64 groups;
    const uint64 before = (uint64)-2; // groups -2, -1, 0, 1
    set_header((void *)block_of(ram, geometry.logstart), before, 0);
    if (journal_mount(&geometry, &groups) != 0)
        return "mounting";
    for (uint64 i = 0; i < 4; i++) {
        if (journal_begin(1) != 0)
            return "begin";
        bool good = fill(HOME, i + 1);
        journal_end();
        if (!good || journal_sync() != 0 || journal.committed != before + i)
            return "writing groups";
    }
    copy_disk(crashed, ram);
    if (journal_flush() != 0)
        return "shutdown";
    copy_disk(ram, crashed);
    if (journal_mount(&geometry, &groups) != 0 || groups != 4 || journal.committed != 1)
        return "the groups before and behind the wrap are recovered";
    return *(uint64 *)block_of(ram, HOME) == 4 ? 0 : "in their order";
}

// A block is freed, and its number has a new owner, while its old image is not home yet.
static const char *freed_and_reused(void)
{
    struct block *old, *new;
    if (!write_group(1) || cache_get(home_of(1, 0), &old) != 0)
        return "writing a group";
    if (journal_begin(1) != 0)
        return "begin";
    cache_forget(0, home_of(1, 0));
    bool got = cache_get_new(0, home_of(1, 0), &new) == 0;
    if (got) {
        memset(block_data(new), 7, BSIZE);
        journal_write(new);
        cache_put(new);
    }
    journal_end();
    bool kept = *(uint64 *)block_data(old) == 1;
    cache_put(old);
    if (!got || !kept)
        return "who pins a freed block keeps its bytes";
    if (journal_flush() != 0 || *block_of(ram, home_of(1, 0)) != 7)
        return "the newest image of a block goes home";
    return 0;
}

static void run(const char *(*test)(void))
{
    const char *wrong = "setting up the RAM disk";
    if (setup()) {
        wrong = test();
        if (!teardown() && !wrong)
            wrong = "going back to the real disk";
    }
    if (wrong)
        ktest_fail(__FILE__, __LINE__, wrong);
}

KTEST(journal_crash_anywhere) { run(crash_anywhere); }

KTEST(journal_damaged_groups_do_not_count) { run(damaged_groups); }

KTEST(journal_impossible_home_is_refused) { run(impossible_home); }

KTEST(journal_cannot_be_forged) { run(forged_group); }

KTEST(journal_numbers_wrap) { run(numbers_wrap); }

KTEST(journal_freed_block_is_reused) { run(freed_and_reused); }

KTEST(crc32c_known_answer)
{
    // RFC 3720, B.4: 32 bytes of zeroes; and the usual check value
    static const char zeroes[32];
    check(crc32c(0, zeroes, sizeof(zeroes)) == 0x8a9136aa);
    check(crc32c(0, "123456789", 9) == 0xe3069283);
    check(crc32c(crc32c(0, "1234", 4), "56789", 5) == 0xe3069283);
}
