// The block cache: bringing blocks in.
//
// Whoever misses a block claims it: the new block is in the table in state READING while it is
// read, and others who want it sleep on it. A block that could not be read leaves the table in
// state FAILED; whoever waited sees that and drops it, and the next who wants it tries again.
// A read ahead keeps its pins until the disk has answered.
#include "kernel/fs/cache_read.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"

#define READ_AHEADS 4 // at once

static struct read_ahead {
    struct disk_request request;
    struct block *block[DISK_SEGMENTS];
    uint busy; // a
} read_aheads[READ_AHEADS];

static bool is_read(const struct block *b)
{
    uint8 state = __atomic_load_n(&b->state, __ATOMIC_ACQUIRE);
    return state == BLOCK_CLEAN || state == BLOCK_DIRTY;
}

// Waits until *out, pinned, is read: 0; or -EIO: then the pin is gone, and *out is 0.
static int wait_read(struct block **out)
{
    struct block *b = *out;
    if (likely(is_read(b)))
        return 0;
    if (cache_wait_read(b))
        return 0;
    cache_put(b);
    *out = 0;
    return -EIO;
}

// Pins the block of that number. 1: it was not there and is the caller's to fill; 0: it is there,
// or on its way; -ENOMEM; -EIO: there is no such block.
static int claim(uint32 blockno, struct block **out)
{
    *out = cache_pin(blockno, 0);
    if (likely(*out != 0))
        return 0;
    if (blockno >= disk->blocks)
        return -EIO;
    struct block *fresh = cache_obtain();
    if (!fresh)
        return -ENOMEM;
    *out = cache_pin(blockno, fresh);
    if (*out == fresh)
        return 1;
    cache_put(fresh); // somebody else was first
    return 0;
}

// Reads the block that was claimed, if it is ours to fill, or waits for whoever reads it.
static int bring_in(uint32 blockno, int mine, struct block **out)
{
    while (mine >= 0) {
        count(mine ? C_cache_miss : C_cache_hit);
        if (mine)
            cache_read_done(*out, disk_read(blockno, block_data(*out)) == 0);
        int error = wait_read(out);
        if (error == 0 || mine)
            return error;
        // Somebody else's read has failed, perhaps for a neighbour that was read with it: ask for
        // this one alone.
        mine = claim(blockno, out);
    }
    return mine;
}

static inline __attribute__((always_inline)) int get(uint32 blockno, struct block **out)
{
    int mine = claim(blockno, out);
    if (unlikely(mine != 0 || !is_read(*out)))
        return bring_in(blockno, mine, out);
    count(C_cache_hit);
    return 0;
}

int cache_get(uint32 blockno, struct block **out) { return get(blockno, out); }

// *out is another's: the pin is gone, and *out is 0.
static int refuse(struct block **out)
{
    cache_put(*out);
    *out = 0;
    return -EIO;
}

int cache_get_for(uint64 owner, uint32 blockno, struct block **out)
{
    int error = get(blockno, out);
    if (unlikely(error))
        return error;
    return block_claim(*out, owner) ? 0 : refuse(out);
}

struct block *cache_get_ready(uint64 owner, uint32 blockno)
{
    struct block *b = cache_pin(blockno, 0);
    if (b && is_read(b) && block_claim(b, owner))
        return b;
    cache_put(b);
    return 0;
}

int cache_get_new(uint64 owner, uint32 blockno, struct block **out)
{
    int mine = claim(blockno, out);
    if (mine < 0)
        return mine;
    if (mine)
        cache_read_done(*out, true);
    int error = wait_read(out); // it may have been read ahead of its allocation
    if (!error && !block_claim(*out, owner))
        error = refuse(out); // or used, if the bitmap is wrong
    if (!error)
        page_zero(block_data(*out));
    return error;
}

// Interrupt handler: the disk has answered.
static void read_ahead_done(struct disk_request *r)
{
    struct read_ahead *ra = container_of(r, struct read_ahead, request);
    for (uint i = 0; i < r->nsegments; i++) {
        cache_read_done(ra->block[i], r->status == 0);
        cache_put(ra->block[i]);
    }
    __atomic_store_n(&ra->busy, 0, __ATOMIC_RELEASE);
}

// A read ahead to fill; 0: all are under way.
static struct read_ahead *take_read_ahead(void)
{
    for (uint i = 0; i < READ_AHEADS; i++)
        if (!__atomic_exchange_n(&read_aheads[i].busy, 1, __ATOMIC_ACQUIRE))
            return &read_aheads[i];
    return 0;
}

// Claims the block if it is absent and there is memory.
static bool claim_absent(uint32 blockno, struct block **out)
{
    int mine = claim(blockno, out);
    if (mine == 0)
        cache_put(*out);
    return mine > 0;
}

// Starts reading the neighbours at the beginning of blocknos that are absent; returns how many.
static uint read_run(const uint32 *blocknos, uint n)
{
    struct read_ahead *ra = take_read_ahead();
    uint i = 0;
    if (!ra)
        return 0;
    struct disk_request *r = &ra->request;
    for (; i < n && blocknos[i] == blocknos[0] + i && claim_absent(blocknos[i], &ra->block[i]); i++)
        r->segment[i] = block_data(ra->block[i]);
    r->op = DISK_READ;
    r->blockno = blocknos[0];
    r->nsegments = i;
    r->done = read_ahead_done;
    if (i > 0)
        disk_submit(r);
    else
        __atomic_store_n(&ra->busy, 0, __ATOMIC_RELEASE);
    return i;
}

void cache_read_ahead(const uint32 *blocknos, uint n)
{
    for (uint i = 0, run = 1; i < n && run > 0; i += run)
        run =
            cache_present(blocknos[i]) ? 1 : read_run(blocknos + i, min_u64(n - i, DISK_SEGMENTS));
}
