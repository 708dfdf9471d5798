// The block cache: bringing blocks in.
//
// Whoever misses a block claims it: the new block is in the table in state READING while it is
// read, and others who want it sleep on it. A block that could not be read leaves the table in
// state FAILED; whoever waited sees that and drops it, and the next who wants it tries again.
// A read ahead keeps its pins until the disk has answered.
#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs.h"
#include "kernel/fs/cache_internal.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/lock/waitq.h"

#define READ_AHEADS 4 // at once

struct read_ahead {
    struct disk_request request;
    struct block *block[DISK_SEGMENTS];
    bool busy; // cache.lock
};

static struct read_ahead read_aheads[READ_AHEADS];

// => cache.lock held; b READING. The read has ended.
static void read_done(struct block *b, int status)
{
    b->state = status ? BLOCK_FAILED : BLOCK_CLEAN;
    if (status && !b->detached)
        cache_detach(b);
    wakeup(b);
}

// => cache.lock held (let go while asleep); b pinned. 0, or -EIO and the pin is gone.
static int wait_read(struct block *b)
{
    while (b->state == BLOCK_READING)
        sleep(b, &cache.lock);
    if (b->state != BLOCK_FAILED)
        return 0;
    cache_unpin(b);
    return -EIO;
}

// Pins the block of that number. 1: it was not there and is the caller's to fill; 0: it is there,
// or on its way; -ENOMEM; -EIO: there is no such block.
static int claim(uint32 blockno, struct block **out)
{
    if (blockno >= disk_blocks())
        return -EIO;
    struct block *fresh = cache_obtain();
    if (!fresh)
        return -ENOMEM;
    spin_lock(&cache.lock);
    struct block *b = cache_find(blockno);
    if (b) {
        cache_pin(b);
        cache_unpin(fresh);
    } else {
        cache_insert(fresh, blockno);
    }
    spin_unlock(&cache.lock);
    *out = b ? b : fresh;
    return b == 0;
}

static int miss(uint32 blockno, struct block **out)
{
    int mine = claim(blockno, out);
    if (mine < 0)
        return mine;
    struct block *b = *out;
    int status = 0;
    if (mine) {
        struct disk_request r = {.op = DISK_READ, .blockno = blockno, .nsegments = 1};
        r.segment[0] = block_data(b);
        count(C_cache_miss);
        status = disk_run(&r);
    }
    spin_lock(&cache.lock);
    if (mine)
        read_done(b, status);
    status = wait_read(b);
    spin_unlock(&cache.lock);
    return status;
}

int cache_get(uint32 blockno, struct block **out)
{
    spin_lock(&cache.lock);
    struct block *b = cache_find(blockno);
    if (unlikely(!b)) {
        spin_unlock(&cache.lock);
        return miss(blockno, out);
    }
    cache_pin(b);
    int error = b->state == BLOCK_READING ? wait_read(b) : 0;
    spin_unlock(&cache.lock);
    count(C_cache_hit);
    *out = b;
    return error;
}

int cache_get_new(uint32 blockno, struct block **out)
{
    int mine = claim(blockno, out);
    if (mine < 0)
        return mine;
    struct block *b = *out;
    int error = 0;
    if (mine)
        page_zero(block_data(b));
    spin_lock(&cache.lock);
    if (mine)
        read_done(b, 0);
    else
        error = wait_read(b);
    spin_unlock(&cache.lock);
    if (!mine && !error) // read ahead of its allocation
        page_zero(block_data(b));
    return error;
}

// A read ahead to fill; 0: all are under way.
static struct read_ahead *start_read_ahead(void)
{
    struct read_ahead *ra = 0;
    spin_lock(&cache.lock);
    for (uint i = 0; i < READ_AHEADS && !ra; i++) {
        if (!read_aheads[i].busy)
            ra = &read_aheads[i];
    }
    if (ra) {
        ra->busy = true;
        ra->request.nsegments = 0;
    }
    spin_unlock(&cache.lock);
    return ra;
}

// Interrupt handler: the disk has answered.
static void read_ahead_done(struct disk_request *r)
{
    struct read_ahead *ra = container_of(r, struct read_ahead, request);
    spin_lock(&cache.lock);
    for (uint i = 0; i < r->nsegments; i++) {
        read_done(ra->block[i], r->status);
        cache_unpin(ra->block[i]);
    }
    ra->busy = false;
    spin_unlock(&cache.lock);
}

static void submit_read_ahead(struct read_ahead *ra)
{
    if (ra->request.nsegments == 0) {
        __atomic_store_n(&ra->busy, false, __ATOMIC_RELEASE);
        return;
    }
    ra->request.op = DISK_READ;
    ra->request.done = read_ahead_done;
    disk_submit(&ra->request);
}

// Claims the block if it is absent and there is memory; else 0.
static struct block *claim_absent(uint32 blockno)
{
    struct block *b;
    spin_lock(&cache.lock);
    bool present = cache_find(blockno) != 0;
    spin_unlock(&cache.lock);
    if (present)
        return 0;
    int mine = claim(blockno, &b);
    if (mine == 0)
        cache_put(b);
    return mine == 1 ? b : 0;
}

// Adds the block to ra if it is absent.
static void add_read_ahead(struct read_ahead *ra, uint32 blockno)
{
    struct block *b = claim_absent(blockno);
    if (!b)
        return;
    struct disk_request *r = &ra->request;
    if (r->nsegments == 0)
        r->blockno = blockno;
    ra->block[r->nsegments] = b;
    r->segment[r->nsegments++] = block_data(b);
}

// True if the block would go on where the request ends.
static bool fits(const struct disk_request *r, uint32 blockno)
{
    return r->nsegments == 0 ||
           (r->nsegments < DISK_SEGMENTS && blockno == r->blockno + r->nsegments);
}

void cache_read_ahead(const uint32 *blocknos, uint n)
{
    struct read_ahead *ra = start_read_ahead();
    for (uint i = 0; ra && i < n; i++) {
        if (!fits(&ra->request, blocknos[i])) {
            submit_read_ahead(ra);
            ra = start_read_ahead();
        }
        if (ra)
            add_read_ahead(ra, blocknos[i]);
    }
    if (ra)
        submit_read_ahead(ra);
}
