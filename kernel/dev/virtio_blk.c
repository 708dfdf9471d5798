// virtio block device: one queue of descriptors, shared with the device.
//
// A request is a chain of descriptors: a header (what, where), the data, a page each, and a status
// byte that the device writes. The descriptors are divided at boot into chains of the greatest
// length. A request takes one chain; while none is free it waits in a list.
//
//     disk_submit:  take a free chain, fill it, put its head into avail, notify the device
//     interrupt:    acknowledge; for each head in used free the chain, start requests that waited
//                   for one, and then, unlocked, call done
//     tick:         once a second look for a request that has had no answer for too long; if there
//                   is one, reset the device and fail all requests, those that come later, too
//
// The device is not trusted: it may write the used ring, status bytes and data. A head that it
// names is ignored if no request has that chain.
#include "kernel/dev/virtio_blk.h"

#include "kernel/arch/barrier.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/layout.h"
#include "kernel/dev/irq.h"
#include "kernel/errno.h"
#include "kernel/fs.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/lock/spinlock.h"
#include "kernel/param.h"

enum reg {
    MAGIC = 0x00,
    VERSION = 0x04, // 1: legacy, 2: modern
    DEVICE_ID = 0x08,
    DEVICE_FEATURES = 0x10,
    DEVICE_FEATURES_SEL = 0x14,
    DRIVER_FEATURES = 0x20,
    DRIVER_FEATURES_SEL = 0x24,
    GUEST_PAGE_SIZE = 0x28, // legacy
    QUEUE_SEL = 0x30,
    QUEUE_NUM_MAX = 0x34,
    QUEUE_NUM = 0x38,
    QUEUE_ALIGN = 0x3c, // legacy
    QUEUE_PFN = 0x40,   // legacy
    QUEUE_READY = 0x44,
    QUEUE_NOTIFY = 0x50,
    INTERRUPT_STATUS = 0x60,
    INTERRUPT_ACK = 0x64,
    STATUS = 0x70,
    QUEUE_DESC = 0x80, // three addresses of 64 bits
    QUEUE_DRIVER = 0x90,
    QUEUE_DEVICE = 0xa0,
    CONFIG_CAPACITY = 0x100, // sectors, 64 bits
};

#define VIRTIO_MAGIC 0x74726976
#define ID_BLOCK     2

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER      2
#define STATUS_DRIVER_OK   4
#define STATUS_FEATURES_OK 8
#define STATUS_FAILED      128

#define FEATURE_RO        (1U << 5) // cannot be written to
#define FEATURE_FLUSH     (1U << 9) // has a write cache and the command to empty it
#define FEATURE_VERSION_1 (1U << 0) // of the upper half: not legacy

enum blk_type { BLK_READ = 0, BLK_WRITE = 1, BLK_FLUSH = 4 };
#define SECTORS_PER_BLOCK (BSIZE / 512)

#define QUEUE_SIZE 512                 // descriptors; a power of 2. QEMU has 1024 to offer
#define CHAIN_MAX  (DISK_SEGMENTS + 2) // descriptors of a chain
#define CHAINS     (QUEUE_SIZE / CHAIN_MAX)

#define PATIENCE                                                                                   \
    60 // seconds that the device has for a request, unless the boot argument disktimeout says else

#define DESC_NEXT  1 // the chain goes on
#define DESC_WRITE 2 // the device writes

// The queue as the device sees it. The legacy layout serves both kinds: used begins a page of its
// own.
static volatile struct {
    struct virtq_desc {
        uint64 addr;
        uint32 len;
        uint16 flags, next;
    } desc[QUEUE_SIZE];
    struct {
        uint16 flags, idx, ring[QUEUE_SIZE];
    } avail;
    struct {
        uint16 flags, idx; // flags 1: do not notify
        struct {
            uint32 id, len;
        } ring[QUEUE_SIZE];
    } used __attribute__((aligned(PGSIZE)));
} queue __attribute__((aligned(PGSIZE)));

// Chain number i has the descriptors from i * CHAIN_MAX on.
struct chain {
    struct {
        uint32 type, reserved;
        uint64 sector;
    } header;
    volatile uint8 status;        // the device's answer: 0 = good
    uint seconds;                 // since the device has it, as far as the kernel saw them pass
    struct disk_request *request; // NULL: the chain is free
};

enum state {
    WORKING,
    LATE,    // it has not answered a request, and is to be reset: it gets no more
    STOPPED, // it was reset, so that it writes to no page any more
};

static struct {
    struct spinlock lock; // guards what is not marked
    paddr_t base;         // I: device registers
    uint patience;        // I: seconds that a request may take
    uint ticks;           // hart 0's: clock ticks that it has taken
    enum state state;
    uint16 used_seen; // entries of used that were taken
    struct chain chains[CHAINS];
    struct list waiting; // requests that wait for a chain, in order
} blk = {.lock = SPINLOCK_INIT("virtio_blk", DEVICE), .waiting = {&blk.waiting, &blk.waiting}};

static volatile uint32 *reg(enum reg r) { return mmio32(blk.base + r); }

static void set_descriptor_locked(uint d, const volatile void *p, uint32 len, uint16 flags)
{
    queue.desc[d] = (struct virtq_desc){virt_to_phys((const void *)p), len, flags, d + 1};
}

// Hands r to the device, which is not yet notified. False: no chain is free.
static bool start_locked(struct disk_request *r)
{
    static const uint32 types[] = {
        [DISK_READ] = BLK_READ, [DISK_WRITE] = BLK_WRITE, [DISK_FLUSH] = BLK_FLUSH};
    uint i = 0;

    while (i < CHAINS && blk.chains[i].request != NULL)
        i++;
    if (i == CHAINS)
        return false;
    struct chain *c = &blk.chains[i];
    uint head = i * CHAIN_MAX, d = head;

    // The chain: header, data, status. The device writes what it reads from the disk.
    c->header.type = types[r->op];
    c->header.sector = r->op == DISK_FLUSH ? 0 : (uint64)r->blockno * SECTORS_PER_BLOCK;
    c->status = 0xff;
    c->seconds = 0;
    c->request = r;
    set_descriptor_locked(d++, &c->header, sizeof(c->header), DESC_NEXT);
    const uint16 flags = r->op == DISK_READ ? DESC_NEXT | DESC_WRITE : DESC_NEXT;
    for (i = 0; i < r->nsegments; i++)
        set_descriptor_locked(d++, r->segment[i], BSIZE, flags);
    set_descriptor_locked(d, &c->status, 1, DESC_WRITE);

    queue.avail.ring[queue.avail.idx % QUEUE_SIZE] = head;
    fence_all(); // the chain before the index that shows it
    queue.avail.idx++;
    return true;
}

// Starts requests that wait, as many as fit, and tells the device.
static void start_waiting_locked(void)
{
    bool started = false;

    while (blk.state == WORKING && !list_empty(&blk.waiting) &&
           start_locked(list_entry(blk.waiting.next, struct disk_request, link))) {
        list_pop_front(&blk.waiting);
        started = true;
    }
    fence_all(); // the index before the look at flags, and before the notification
    if (started && !(queue.used.flags & 1))
        *reg(QUEUE_NOTIFY) = 0;
}

static void submit(struct disk_request *r)
{
    kassert(r->nsegments <= DISK_SEGMENTS && (r->nsegments == 0) == (r->op == DISK_FLUSH));
    spin_lock(&blk.lock);
    list_push_back(&blk.waiting, &r->link);
    start_waiting_locked();
    spin_unlock(&blk.lock);
}

// Frees the chain that begins at head. Returns its request, with its status; NULL: there is none.
static struct disk_request *finish_locked(uint32 head)
{
    if (head % CHAIN_MAX != 0 || head / CHAIN_MAX >= CHAINS)
        return NULL;
    struct chain *c = &blk.chains[head / CHAIN_MAX];
    struct disk_request *r = c->request;
    if (r != NULL)
        r->status = c->status == 0 ? 0 : -EIO;
    c->request = NULL;
    return r;
}

// The next request that the device has done; NULL: none.
static struct disk_request *take_done(void)
{
    struct disk_request *r = NULL;

    spin_lock(&blk.lock);
    while (r == NULL && blk.used_seen != queue.used.idx) {
        fence_all(); // the index before the entry
        r = finish_locked(queue.used.ring[blk.used_seen++ % QUEUE_SIZE].id);
    }
    if (r != NULL)
        start_waiting_locked();
    spin_unlock(&blk.lock);
    return r;
}

static void interrupt(void)
{
    // Acknowledged first: what is done after the last look at used raises a new interrupt.
    *reg(INTERRUPT_ACK) = *reg(INTERRUPT_STATUS);
    fence_all();

    struct disk_request *r;
    while ((r = take_done()) != NULL)
        r->done(r);
}

// A second is over. True if the device has some request for too long.
static bool any_late_locked(void)
{
    bool late = false;

    for (struct chain *c = blk.chains; c < blk.chains + CHAINS; c++)
        if (c->request != NULL && ++c->seconds > blk.patience)
            late = true;
    return late;
}

// Resets the device. It may go on using the pages of its requests until it says that it has done
// so.
static void stop_locked(void)
{
    *reg(STATUS) = 0;
    if (*reg(STATUS) == 0)
        blk.state = STOPPED;
}

// Takes a request that the device, now stopped, will not answer, and sets its status. NULL: there
// is none.
static struct disk_request *take_failed(void)
{
    struct disk_request *r = NULL;

    spin_lock(&blk.lock);
    for (struct chain *c = blk.chains; c < blk.chains + CHAINS && r == NULL; c++) {
        r = c->request;
        c->request = NULL;
    }
    if (r == NULL && !list_empty(&blk.waiting))
        r = list_entry(list_pop_front(&blk.waiting), struct disk_request, link);
    spin_unlock(&blk.lock);
    if (r != NULL)
        r->status = -EIO;
    return r;
}

// At each clock tick of hart 0. A device that does not answer is not set up again: nobody knows
// which of its writes were done, so the journal has to stop in any case, and each further request
// might cost its caller another minute. Time is counted in ticks that were taken: while a debugger
// or the host holds the machine, no tick is taken, and the device cannot answer either.
static void tick(void)
{
    if (++blk.ticks % TICK_HZ != 0 && blk.state == WORKING)
        return;

    spin_lock(&blk.lock);
    bool late = blk.state == WORKING && any_late_locked();
    if (late)
        blk.state = LATE;
    if (blk.state == LATE)
        stop_locked();
    bool stopped = blk.state == STOPPED;
    spin_unlock(&blk.lock);

    if (late)
        kprintf("disk: no answer within %u s: nothing is read or written any more\n", blk.patience);
    struct disk_request *r;
    while (stopped && (r = take_failed()) != NULL)
        r->done(r);
}

// Agrees with the device on features, and stores them in d. False: the device refuses.
static bool negotiate(bool modern, struct disk_driver *d)
{
    *reg(DEVICE_FEATURES_SEL) = 0;
    *reg(DRIVER_FEATURES_SEL) = 0;
    uint32 features = *reg(DEVICE_FEATURES) & (FEATURE_FLUSH | FEATURE_RO);
    d->needs_flush = (features & FEATURE_FLUSH) != 0;
    d->read_only = (features & FEATURE_RO) != 0;
    *reg(DRIVER_FEATURES) = features;
    if (!modern)
        return true;

    // The upper half of the features, and the device's consent.
    *reg(DRIVER_FEATURES_SEL) = 1;
    *reg(DRIVER_FEATURES) = FEATURE_VERSION_1;
    *reg(STATUS) |= STATUS_FEATURES_OK;
    return (*reg(STATUS) & STATUS_FEATURES_OK) != 0;
}

static void write_address(enum reg r, const volatile void *p)
{
    paddr_t pa = virt_to_phys((const void *)p);

    *reg(r) = pa;
    *reg(r + 4) = pa >> 32;
}

// Tells the device where the queue is. False: it offers too short a queue.
static bool init_queue(bool modern)
{
    *reg(QUEUE_SEL) = 0;
    if (*reg(QUEUE_NUM_MAX) < QUEUE_SIZE)
        return false;
    *reg(QUEUE_NUM) = QUEUE_SIZE;
    if (modern) {
        write_address(QUEUE_DESC, queue.desc);
        write_address(QUEUE_DRIVER, &queue.avail);
        write_address(QUEUE_DEVICE, &queue.used);
        *reg(QUEUE_READY) = 1;
    } else {
        *reg(GUEST_PAGE_SIZE) = PGSIZE;
        *reg(QUEUE_ALIGN) = PGSIZE;
        *reg(QUEUE_PFN) = virt_to_phys((const void *)&queue) / PGSIZE;
    }
    return true;
}

// virtio 1.1, section 3.1 "Device Initialization".
static bool init_device(bool modern, struct disk_driver *d)
{
    *reg(STATUS) = 0; // reset
    *reg(STATUS) = STATUS_ACKNOWLEDGE;
    *reg(STATUS) = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
    if (!negotiate(modern, d) || !init_queue(modern)) {
        *reg(STATUS) = STATUS_FAILED;
        return false;
    }
    *reg(STATUS) |= STATUS_DRIVER_OK;
    return true;
}

const struct disk_driver *virtio_blk_probe(void)
{
    static struct disk_driver driver = {.submit = submit, .tick = tick};

    blk.patience = (uint)bootarg("disktimeout", PATIENCE);

    for (uint i = 0; i < VIRTIO_COUNT; i++) {
        blk.base = VIRTIO0 + i * PGSIZE;
        uint32 version = *reg(VERSION);
        if (*reg(MAGIC) != VIRTIO_MAGIC || *reg(DEVICE_ID) != ID_BLOCK ||
            (version != 1 && version != 2) || !init_device(version == 2, &driver))
            continue;

        uint64 sectors = *reg(CONFIG_CAPACITY + 4);
        sectors = sectors << 32 | *reg(CONFIG_CAPACITY);
        driver.blocks = min_u64(sectors / SECTORS_PER_BLOCK, 0xffffffff);
        irq_register(VIRTIO0_IRQ + i, interrupt);
        return &driver;
    }
    return NULL;
}
