// virtio block device: one queue of descriptors, shared with the device.
//
// A request is a chain of descriptors: a header (what, where), the data (neighbouring pages share
// one), a status byte that the device writes. Free descriptors form a list through next; a chain is
// a stretch taken from that list, so it is linked already and goes back in one piece.
//
//     disk_submit:  take descriptors, fill them, put the head into avail, notify the device
//     interrupt:    acknowledge, take heads out of used, free their chains, start requests that
//                   waited for descriptors, and only then, unlocked, call done for each
//
// The device is not trusted: what it may write is the used ring, status bytes and data; a head
// that it names is looked up in slots, and ignored if no request stands there.
#include "kernel/dev/virtio_blk.h"

#include "kernel/arch/barrier.h"
#include "kernel/arch/layout.h"
#include "kernel/dev/irq.h"
#include "kernel/errno.h"
#include "kernel/fs.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/spinlock.h"

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

#define FEATURE_FLUSH     (1U << 9) // has a write cache and the command to empty it
#define FEATURE_VERSION_1 (1U << 0) // of the upper half: not legacy

enum blk_type { BLK_READ = 0, BLK_WRITE = 1, BLK_FLUSH = 4 };
#define SECTORS_PER_BLOCK (BSIZE / 512)

#define QUEUE_MAX 256                 // descriptors that we use at most
#define QUEUE_MIN (DISK_SEGMENTS + 2) // that the largest request needs

#define DESC_NEXT  1 // the chain goes on
#define DESC_WRITE 2 // the device writes

struct virtq_desc {
    uint64 addr;
    uint32 len;
    uint16 flags, next;
};

struct virtq_avail {
    uint16 flags, idx, ring[];
};

struct virtq_used {
    uint16 flags, idx; // flags 1: do not notify
    struct {
        uint32 id, len;
    } ring[];
};

// One for each descriptor, used by the request whose chain begins there.
struct slot {
    struct {
        uint32 type, reserved;
        uint64 sector;
    } header;
    volatile uint8 status;        // the device's answer: 0 = good
    uint16 last, count;           // the chain's last descriptor, and how many
    struct disk_request *request; // 0: no chain begins here
};

// The queue as the device sees it. The legacy layout serves both kinds: used begins a page of its
// own. 256 descriptors take a page, avail 518 bytes, used 2,054.
static uint8 queue_memory[3 * PGSIZE] __attribute__((aligned(PGSIZE)));

static struct {
    struct spinlock lock; // guards what is not marked
    paddr_t base;         // I: device registers
    uint size;            // I: descriptors, a power of 2
    struct virtq_desc *desc;
    volatile struct virtq_avail *avail;
    volatile struct virtq_used *used;
    uint16 used_seen; // entries of used that were taken
    uint16 free;      // first free descriptor
    uint free_count;
    uint16 next[QUEUE_MAX]; // free list, and chains
    struct slot slots[QUEUE_MAX];
    struct disk_request *waiting, **waiting_end; // for descriptors, in order
} blk = {.lock = SPINLOCK_INIT("virtio_blk", DEVICE), .waiting_end = &blk.waiting};

static uint32 reg_read(enum reg r)
{
    return *mmio32(blk.base + r);
}

static void reg_write(enum reg r, uint32 value)
{
    *mmio32(blk.base + r) = value;
}

// Takes the next free descriptor for the len bytes at p. It is linked to the one taken next.
static uint16 take_descriptor_locked(const volatile void *p, uint32 len, uint16 flags)
{
    uint16 d = blk.free;

    blk.free = blk.next[d];
    blk.free_count--;
    blk.desc[d] =
        (struct virtq_desc){virt_to_phys((const void *)p), len, flags | DESC_NEXT, blk.next[d]};
    return d;
}

static void add_data_locked(const struct disk_request *r)
{
    uint16 flags = r->op == DISK_READ ? DESC_WRITE : 0;

    for (uint i = 0, n; i < r->nsegments; i += n) {
        char *start = r->segment[i];
        for (n = 1; i + n < r->nsegments && r->segment[i + n] == start + n * BSIZE; n++)
            ;
        take_descriptor_locked(start, n * BSIZE, flags);
    }
}

// Hands r to the device, which is not yet notified. False if too few descriptors are free.
static bool start_locked(struct disk_request *r)
{
    static const uint32 types[] = {
        [DISK_READ] = BLK_READ, [DISK_WRITE] = BLK_WRITE, [DISK_FLUSH] = BLK_FLUSH};
    uint before = blk.free_count;
    uint16 head = blk.free;
    struct slot *s = &blk.slots[head];

    if (before < r->nsegments + 2)
        return false;
    s->header.type = types[r->op];
    s->header.sector = r->op == DISK_FLUSH ? 0 : (uint64)r->blockno * SECTORS_PER_BLOCK;
    s->status = 0xff;
    s->request = r;
    take_descriptor_locked(&s->header, sizeof(s->header), 0);
    add_data_locked(r);
    s->last = take_descriptor_locked(&s->status, 1, DESC_WRITE);
    blk.desc[s->last].flags &= ~DESC_NEXT;
    s->count = before - blk.free_count;

    blk.avail->ring[blk.avail->idx % blk.size] = head;
    fence_all(); // the chain before the index that shows it
    blk.avail->idx++;
    return true;
}

// Starts requests that wait, as many as fit, and tells the device.
static void start_waiting_locked(void)
{
    bool started = false;

    while (blk.waiting) {
        struct disk_request *next = blk.waiting->next;
        if (!start_locked(blk.waiting))
            break;
        started = true;
        blk.waiting = next;
        if (!next)
            blk.waiting_end = &blk.waiting;
    }
    fence_all(); // the index before the look at flags, and before the notification
    if (started && !(blk.used->flags & 1))
        reg_write(QUEUE_NOTIFY, 0);
}

static void submit(struct disk_request *r)
{
    kassert(r->nsegments <= DISK_SEGMENTS && (r->nsegments == 0) == (r->op == DISK_FLUSH));
    spin_lock(&blk.lock);
    r->next = 0;
    *blk.waiting_end = r;
    blk.waiting_end = &r->next;
    start_waiting_locked();
    spin_unlock(&blk.lock);
}

// Takes back the chain at head: its request, with its status, or 0 if there is none.
static struct disk_request *finish_locked(uint32 head)
{
    if (head >= blk.size || !blk.slots[head].request)
        return 0;
    struct slot *s = &blk.slots[head];
    struct disk_request *r = s->request;
    r->status = s->status == 0 ? 0 : -EIO;
    s->request = 0;
    blk.next[s->last] = blk.free;
    blk.free = head;
    blk.free_count += s->count;
    return r;
}

// Takes all that the device has done: a list in that order.
static struct disk_request *collect_locked(void)
{
    struct disk_request *first = 0, **end = &first;

    while (blk.used_seen != blk.used->idx) {
        fence_all(); // the index before the entry
        struct disk_request *r = finish_locked(blk.used->ring[blk.used_seen % blk.size].id);
        blk.used_seen++;
        if (r) {
            r->next = 0;
            *end = r;
            end = &r->next;
        }
    }
    return first;
}

static void interrupt(void *arg)
{
    (void)arg;
    spin_lock(&blk.lock);
    // Acknowledged first: what is done after the last look at used raises a new interrupt.
    reg_write(INTERRUPT_ACK, reg_read(INTERRUPT_STATUS));
    fence_all();
    struct disk_request *r = collect_locked();
    start_waiting_locked();
    spin_unlock(&blk.lock);

    while (r) {
        struct disk_request *next = r->next; // r is the caller's again once done is called
        r->done(r);
        r = next;
    }
}

// Agrees with the device on features: *flush tells whether it has a write cache. False: refused.
static bool negotiate(bool modern, bool *flush)
{
    reg_write(DEVICE_FEATURES_SEL, 0);
    uint32 features = reg_read(DEVICE_FEATURES) & FEATURE_FLUSH;
    *flush = features != 0;
    reg_write(DRIVER_FEATURES_SEL, 0);
    reg_write(DRIVER_FEATURES, features);
    if (!modern)
        return true;
    reg_write(DRIVER_FEATURES_SEL, 1);
    reg_write(DRIVER_FEATURES, FEATURE_VERSION_1);
    reg_write(STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    return (reg_read(STATUS) & STATUS_FEATURES_OK) != 0;
}

static void write_address(enum reg r, const volatile void *p)
{
    paddr_t pa = virt_to_phys((const void *)p);

    reg_write(r, pa);
    reg_write(r + 4, pa >> 32);
}

// Lays the queue out and tells the device where it is. False if it offers too short a one.
static bool init_queue(bool modern)
{
    reg_write(QUEUE_SEL, 0);
    for (blk.size = QUEUE_MAX; blk.size > reg_read(QUEUE_NUM_MAX); blk.size /= 2)
        ;
    if (blk.size < QUEUE_MIN)
        return false;
    uint64 used_at = PGROUNDUP(blk.size * sizeof(struct virtq_desc) + 6 + 2 * blk.size);
    blk.desc = (struct virtq_desc *)queue_memory;
    blk.avail = (struct virtq_avail *)(blk.desc + blk.size);
    blk.used = (struct virtq_used *)(queue_memory + used_at);
    for (uint i = 0; i < blk.size; i++)
        blk.next[i] = (i + 1) % blk.size;
    blk.free_count = blk.size;

    reg_write(QUEUE_NUM, blk.size);
    if (modern) {
        write_address(QUEUE_DESC, blk.desc);
        write_address(QUEUE_DRIVER, blk.avail);
        write_address(QUEUE_DEVICE, blk.used);
        reg_write(QUEUE_READY, 1);
    } else {
        reg_write(QUEUE_ALIGN, PGSIZE);
        reg_write(QUEUE_PFN, virt_to_phys(queue_memory) / PGSIZE);
    }
    return true;
}

// virtio 1.1, section 3.1 "Device Initialization".
static bool init_device(bool modern, bool *flush)
{
    reg_write(STATUS, 0); // reset
    reg_write(STATUS, STATUS_ACKNOWLEDGE);
    reg_write(STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    if (!modern)
        reg_write(GUEST_PAGE_SIZE, PGSIZE);
    if (!negotiate(modern, flush) || !init_queue(modern)) {
        reg_write(STATUS, STATUS_FAILED);
        return false;
    }
    reg_write(STATUS, reg_read(STATUS) | STATUS_DRIVER_OK);
    return true;
}

const struct disk_driver *virtio_blk_probe(void)
{
    static struct disk_driver driver = {.submit = submit};

    for (uint i = 0; i < VIRTIO_COUNT; i++) {
        blk.base = VIRTIO0 + i * PGSIZE;
        uint32 version = reg_read(VERSION);
        if (reg_read(MAGIC) != VIRTIO_MAGIC || reg_read(DEVICE_ID) != ID_BLOCK ||
            (version != 1 && version != 2) || !init_device(version == 2, &driver.needs_flush))
            continue;
        uint64 sectors = reg_read(CONFIG_CAPACITY + 4);
        sectors = sectors << 32 | reg_read(CONFIG_CAPACITY);
        driver.blocks = min_u64(sectors / SECTORS_PER_BLOCK, 0xffffffff);
        irq_register(VIRTIO0_IRQ + i, interrupt, 0);
        return &driver;
    }
    return 0;
}
