// The journal's writes (journal_io.h). Requests are a fixed set, so that nothing is allocated on
// the way to the disk.
#include "kernel/fs/journal_io.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/crc32c.h"
#include "kernel/fs/journal_state.h"
#include "kernel/lib/string.h"
#include "kernel/thread/waitq.h"

#define REQUESTS 16

static struct disk_request requests[REQUESTS]; // journal.lock: those with segments are in use
static uint in_flight;                         // journal.lock: how many are in use
static int write_err;                          // journal.lock: of the writes since the last flush
static struct disk_request *filling;           // of those in use: not submitted, takes more blocks

// Interrupt handler: the disk has answered.
static void request_done(struct disk_request *r)
{
    spin_lock(&journal.lock);
    r->nsegments = 0;
    in_flight--;
    if (r->status)
        write_err = -EIO;
    wakeup(&in_flight);
    spin_unlock(&journal.lock);
}

static void submit_filling(void)
{
    struct disk_request *r = filling;
    filling = NULL;
    if (r != NULL)
        disk_submit(r);
}

// Waits for a request that is free, and makes it the one that is filled.
static void start_filling(uint32 blockno)
{
    spin_lock(&journal.lock);
    while (in_flight == REQUESTS)
        sleep(&in_flight, &journal.lock);
    filling = requests;
    while (filling->nsegments > 0)
        filling++;
    in_flight++;
    spin_unlock(&journal.lock);

    filling->op = DISK_WRITE;
    filling->blockno = blockno;
    filling->done = request_done;
}

void journal_io_write(uint32 blockno, void *page)
{
    // A request is full, or the block is no neighbour of those in it: it goes to the disk.
    if (filling != NULL &&
        (filling->nsegments == DISK_SEGMENTS || blockno != filling->blockno + filling->nsegments))
        submit_filling();
    if (filling == NULL)
        start_filling(blockno);
    filling->segment[filling->nsegments++] = page;
}

int journal_io_flush(void)
{
    submit_filling();

    // The writes must have reached the disk before it is told to make them last.
    spin_lock(&journal.lock);
    while (in_flight > 0)
        sleep(&in_flight, &journal.lock);
    int err = write_err;
    write_err = 0;
    spin_unlock(&journal.lock);
    if (err || !disk->needs_flush)
        return err;

    struct disk_request r = {.op = DISK_FLUSH};
    return disk_run(&r);
}

int journal_write_header(uint64 seq, uint32 start)
{
    struct journal_header *h = (void *)journal.record;

    page_zero(h);
    *h = (struct journal_header){JMAGIC, JK_HEADER, seq, start, FREE_UNKNOWN, 0};
    h->checksum = crc32c(0, h, offsetof(struct journal_header, checksum));
    journal_io_write(journal.sb->logstart, h);
    return journal_io_flush();
}
