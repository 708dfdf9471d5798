// The disk: bytes in memory. A request waits until threads.c lets the disk answer; then it takes
// the oldest, or with random numbers any that waits. So writes reach the disk in any order, and a
// flush covers what was answered before it was sent, as with a real disk's write cache
// (virtio 1.1, 5.2.6.2: VIRTIO_BLK_F_FLUSH).
//
// What a write carries must not change until it is answered; that is checked.
#include "kernel/dev/disk.h"
#include "kernel/dev/virtio_blk.h"
#include "kernel/errno.h"
#include "kernel/fs.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"
#include "tests/crash/world.h"

#include <stdlib.h>

#define REQUESTS_MAX 64

struct waiting {
    struct disk_request *request;     // 0: this one is free
    uint32 number;                    // of its first block
    uint8 sent[DISK_SEGMENTS][BSIZE]; // what a write carried when it was sent
};

struct world_disk world_disk;

// REQUESTS_MAX of them; in the heap, because they are large
static struct waiting *slots;
static struct waiting *waiting[REQUESTS_MAX]; // in the order in which they came
static uint nwaiting;
static uint32 next_number;

static void tell(enum disk_event event, uint32 number, uint32 blockno, const void *bytes)
{
    if (world_disk.event)
        world_disk.event(event, number, blockno, bytes);
}

static struct waiting *free_slot(void)
{
    for (struct waiting *w = slots; w < &slots[REQUESTS_MAX]; w++)
        if (!w->request)
            return w;
    world_fail("the disk has too many requests");
}

// The device may carry out two writes in any order: nobody may have two of one block under way.
static void refuse_overlap(uint32 blockno)
{
    for (uint i = 0; i < nwaiting; i++) {
        const struct disk_request *r = waiting[i]->request;
        if (r->op == DISK_WRITE && blockno >= r->blockno && blockno < r->blockno + r->nsegments)
            world_fail("block %u is written twice at once", blockno);
    }
}

static void submit(struct disk_request *r)
{
    if (r->op == DISK_FLUSH && world_disk.skip_flush && world_disk.skip_flush()) {
        r->status = 0;
        r->done(r);
        return;
    }
    if (r->op != DISK_FLUSH &&
        (r->nsegments == 0 || (uint64)r->blockno + r->nsegments > world_disk.blocks))
        world_fail("a request for blocks %u to %u, but the disk has %u", r->blockno,
                   r->blockno + r->nsegments, world_disk.blocks);
    struct waiting *w = free_slot();
    w->request = r;
    w->number = next_number;
    next_number += r->op == DISK_WRITE ? r->nsegments : 1;
    for (uint i = 0; i < r->nsegments && r->op == DISK_WRITE; i++) {
        refuse_overlap(r->blockno + i);
        memcpy(w->sent[i], r->segment[i], BSIZE);
        tell(EVENT_WRITE, w->number + i, r->blockno + i, w->sent[i]);
    }
    if (r->op == DISK_FLUSH)
        tell(EVENT_FLUSH, w->number, 0, 0);
    waiting[nwaiting++] = w;
}

// The driver that kernel/dev/disk.c finds.
const struct disk_driver *virtio_blk_probe(void)
{
    static struct disk_driver driver = {.submit = submit, .needs_flush = true};
    driver.blocks = world_disk.blocks;
    return &driver;
}

void world_disk_prepare(void)
{
    slots = calloc(REQUESTS_MAX, sizeof(*slots));
    if (!slots)
        exit(2);
}

void world_disk_insert(void)
{
    for (struct waiting *w = slots; w < &slots[REQUESTS_MAX]; w++)
        w->request = 0;
    disk_init();
}

static uint8 *block_at(uint32 blockno) { return world_disk.bytes + (size_t)blockno * BSIZE; }

static void carry_out(struct waiting *w)
{
    struct disk_request *r = w->request;
    for (uint i = 0; i < r->nsegments; i++) {
        if (r->op == DISK_READ) {
            memcpy(r->segment[i], block_at(r->blockno + i), BSIZE);
            continue;
        }
        if (memcmp(w->sent[i], r->segment[i], BSIZE) != 0)
            world_fail("block %u was changed while it was being written", r->blockno + i);
        memcpy(block_at(r->blockno + i), w->sent[i], BSIZE);
        tell(EVENT_WRITTEN, w->number + i, r->blockno + i, w->sent[i]);
    }
    if (r->op == DISK_FLUSH)
        tell(EVENT_FLUSHED, w->number, 0, 0);
}

bool world_disk_busy(void) { return nwaiting > 0; }

void world_disk_answer(void)
{
    uint i = world_random(nwaiting);
    struct waiting *w = waiting[i];
    struct disk_request *r = w->request;
    for (nwaiting--; i < nwaiting; i++)
        waiting[i] = waiting[i + 1];
    carry_out(w);
    w->request = 0;
    r->status = 0;
    r->done(r);
}
