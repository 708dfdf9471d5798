// The disk (disk.h): the driver in use, and waiting for a request.
#include "kernel/dev/disk.h"

#include "kernel/dev/virtio_blk.h"
#include "kernel/errno.h"
#include "kernel/lib/counter.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"

const struct disk_driver *disk;

// Guards the done of requests of disk_run: it becomes NULL when the request is done.
static struct spinlock run_lock = SPINLOCK_INIT("disk_run", DEVICE);

int disk_init(void)
{
    disk = virtio_blk_probe();
    return disk != NULL ? 0 : -ENODEV;
}

void disk_tick(void)
{
    if (disk != NULL && disk->tick != NULL)
        disk->tick();
}

void disk_submit(struct disk_request *r)
{
    static const enum counter kinds[] = {
        [DISK_READ] = C_disk_read, [DISK_WRITE] = C_disk_write, [DISK_FLUSH] = C_disk_flush};

    count(kinds[r->op]);
    disk->submit(r);
}

// Interrupt handler.
static void run_done(struct disk_request *r)
{
    spin_lock(&run_lock);
    r->done = NULL;
    wakeup(r);
    spin_unlock(&run_lock); // from here on r may be gone
}

int disk_run(struct disk_request *r)
{
    r->done = run_done;
    disk_submit(r);
    spin_lock(&run_lock);
    while (r->done != NULL)
        sleep(r, &run_lock);
    spin_unlock(&run_lock);
    return r->status;
}

static int run_one(enum disk_op op, uint32 blockno, void *page)
{
    struct disk_request r = {.op = op, .blockno = blockno, .nsegments = 1, .segment = {page}};

    return disk_run(&r);
}

int disk_read(uint32 blockno, void *page) { return run_one(DISK_READ, blockno, page); }

int disk_write(uint32 blockno, void *page) { return run_one(DISK_WRITE, blockno, page); }
