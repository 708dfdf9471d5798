// The disk: whichever driver is in use, and waiting for a request.
#include "kernel/dev/disk.h"

#include "kernel/dev/virtio_blk.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lock/spinlock.h"
#include "kernel/lock/waitq.h"

static const struct disk_driver *driver; // written at boot and by self-tests

int disk_init(void)
{
    driver = virtio_blk_probe();
    return driver ? 0 : -ENODEV;
}

uint32 disk_blocks(void)
{
    return driver ? driver->blocks : 0;
}

bool disk_needs_flush(void)
{
    return driver && driver->needs_flush;
}

const struct disk_driver *disk_set_driver(const struct disk_driver *d)
{
    const struct disk_driver *before = driver;

    driver = d;
    return before;
}

void disk_submit(struct disk_request *r)
{
    static const enum counter kinds[] = {
        [DISK_READ] = C_disk_read, [DISK_WRITE] = C_disk_write, [DISK_FLUSH] = C_disk_flush};

    kassert(driver);
    count(kinds[r->op]);
    driver->submit(r);
}

// Guards the flags that disk_run's callers wait for.
static struct spinlock run_lock = SPINLOCK_INIT("disk_run", DEVICE);

static void run_done(struct disk_request *r)
{
    spin_lock(&run_lock);
    *(bool *)r->arg = true;
    wakeup(r);
    spin_unlock(&run_lock); // from here on r may be gone
}

int disk_run(struct disk_request *r)
{
    bool finished = false;

    r->done = run_done;
    r->arg = &finished;
    disk_submit(r);
    spin_lock(&run_lock);
    while (!finished)
        sleep(r, &run_lock);
    spin_unlock(&run_lock);
    return r->status;
}
