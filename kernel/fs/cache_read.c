// The block cache: bringing blocks in (cache_read.h).
//
// A thread that misses a block enters a new one into the table, in state READING, and reads it.
// Others who want the block find it there and sleep until it is read. A block that could not be
// read leaves the table in state FAILED: those who waited see that and put it, and the next who
// wants it tries again. A read ahead pins its blocks until the disk has answered.
#include "kernel/fs/cache_read.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"

#define READ_AHEADS 4 // at once

static struct read_ahead {
    struct disk_request request;
    struct block *block[DISK_SEGMENTS]; // pinned
    uint busy;                          // a: it is being filled, or the disk has it
} read_aheads[READ_AHEADS];

static bool is_read(const struct block *b)
{
    uint8 state = __atomic_load_n(&b->state, __ATOMIC_ACQUIRE);
    return state == BLOCK_CLEAN || state == BLOCK_DIRTY;
}

// The caller may not have *out: its pin goes, and *out is NULL.
static int refuse(struct block **out)
{
    cache_put(*out);
    *out = NULL;
    return -EIO;
}

// Waits until *out, pinned, is read: 0; -EIO: then the pin is gone, and *out is NULL.
static int wait_read(struct block **out)
{
    if (likely(is_read(*out)) || cache_wait_read(*out))
        return 0;
    return refuse(out);
}

// Pins the block of that number. 1: it was not there, was entered, and is the caller's to fill; 0:
// it is there, or somebody is reading it; -ENOMEM; -EIO: the disk has no such block.
static int pin_or_enter(uint32 blockno, struct block **out)
{
    *out = cache_pin(blockno, NULL);
    if (likely(*out != NULL))
        return 0;
    if (blockno >= disk->blocks)
        return -EIO;

    struct block *fresh = cache_new_block();
    if (fresh == NULL)
        return -ENOMEM;
    *out = cache_pin(blockno, fresh);
    if (*out == fresh)
        return 1;
    cache_put(fresh); // somebody else has entered it first
    return 0;
}

// Reads the block if it is ours to fill (mine: what pin_or_enter said), or waits until it is read.
static int bring_in(uint32 blockno, int mine, struct block **out)
{
    while (mine >= 0) {
        count(mine ? C_cache_miss : C_cache_hit);
        if (mine)
            cache_read_done(*out, disk_read(blockno, block_data(*out)) == 0);
        int err = wait_read(out);
        if (err == 0 || mine)
            return err;

        // Somebody else's read has failed, perhaps because of a neighbour that was read with this
        // block: ask for it alone.
        mine = pin_or_enter(blockno, out);
    }
    return mine;
}

static inline __attribute__((always_inline)) int get_block(uint32 blockno, struct block **out)
{
    int mine = pin_or_enter(blockno, out);
    if (unlikely(mine != 0 || !is_read(*out)))
        return bring_in(blockno, mine, out);
    count(C_cache_hit);
    return 0;
}

int cache_get(uint32 blockno, struct block **out) { return get_block(blockno, out); }

int cache_get_for(uint64 owner, uint32 blockno, struct block **out)
{
    int err = get_block(blockno, out);
    if (unlikely(err))
        return err;
    if (unlikely(!block_take(*out, owner)))
        return refuse(out);
    return 0;
}

struct block *cache_get_ready(uint64 owner, uint32 blockno)
{
    struct block *b = cache_pin(blockno, NULL);
    if (b != NULL && is_read(b) && block_take(b, owner))
        return b;
    cache_put(b);
    return NULL;
}

int cache_get_new(uint64 owner, uint32 blockno, struct block **out)
{
    int mine = pin_or_enter(blockno, out);
    if (mine < 0)
        return mine;
    if (mine)
        cache_read_done(*out, true);

    // It may be there all the same: read ahead before it was allocated, or in use by another place
    // if the bitmap is wrong.
    int err = wait_read(out);
    if (err == 0 && !block_take(*out, owner))
        err = refuse(out);
    if (err == 0)
        page_zero(block_data(*out));
    return err;
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

// A read ahead that is not busy, and is the caller's now. NULL: all are busy.
static struct read_ahead *take_read_ahead(void)
{
    for (uint i = 0; i < READ_AHEADS; i++)
        if (!__atomic_exchange_n(&read_aheads[i].busy, 1, __ATOMIC_ACQUIRE))
            return &read_aheads[i];
    return NULL;
}

// Enters the block for the caller to fill, if it is not in the cache and there is memory.
static bool enter_absent(uint32 blockno, struct block **out)
{
    int mine = pin_or_enter(blockno, out);
    if (mine == 0)
        cache_put(*out);
    return mine > 0;
}

// Starts to read the range of neighbours with which blocknos begins, up to the first that is in the
// cache. Returns how many blocks are asked for.
static uint read_range(const uint32 *blocknos, uint n)
{
    struct read_ahead *ra = take_read_ahead();
    uint i = 0;
    if (ra == NULL)
        return 0;

    struct disk_request *r = &ra->request;
    while (i < n && blocknos[i] == blocknos[0] + i && enter_absent(blocknos[i], &ra->block[i])) {
        r->segment[i] = block_data(ra->block[i]);
        i++;
    }
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
    uint i = 0;

    while (i < n) {
        uint range = 1; // a block that is there already
        if (!cache_present(blocknos[i]))
            range = read_range(blocknos + i, min_u64(n - i, DISK_SEGMENTS));
        if (range == 0)
            return; // no memory, or all read aheads are busy
        i += range;
    }
}
