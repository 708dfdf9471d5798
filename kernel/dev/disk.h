// The disk: asynchronous requests of neighbouring blocks to and from scattered pages
// (virtio 1.1, sections 4.2 "Virtio Over MMIO", legacy and modern, and 5.2 "Block Device").
#ifndef KERNEL_DEV_DISK_H
#define KERNEL_DEV_DISK_H

#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"

#define DISK_SEGMENTS 32 // pages of one request

enum disk_op { DISK_READ, DISK_WRITE, DISK_FLUSH };

// A request: n neighbouring blocks, to or from n pages. It belongs to its caller, who keeps it and
// its pages in place until done is called.
//
//     a life:  filled, disk_submit, (waits in the driver), (the device has it), done
struct disk_request {
    enum disk_op op;
    uint32 blockno;                       // first block, of BSIZE bytes
    uint nsegments;                       // blocks, one page each; 0 for a flush
    void *segment[DISK_SEGMENTS];         // kernel address of each page (in the linear map)
    void (*done)(struct disk_request *r); // interrupt handler, interrupts off, no locks held
    int status;                           // when done: 0 or -EIO
    struct list link;                     // the driver's
};

// A device's driver. All but submit and tick is immutable.
struct disk_driver {
    // Starts r, or keeps it until the device has room, and returns. Never sleeps or allocates.
    void (*submit)(struct disk_request *r);
    uint32 blocks;    // the disk's size
    bool needs_flush; // it has a volatile write cache, so that commits need flushes
    bool read_only;   // each write would fail
    // NULL, or called at each clock tick that hart 0 takes; interrupts off, no locks held.
    void (*tick)(void);
};

// The disk in use; self-tests put a RAM disk in its place.
extern const struct disk_driver *disk;

// Finds the disk. At boot. 0; -ENODEV.
int disk_init(void);

// For the clock tick of hart 0: the driver looks for requests that the device does not answer.
void disk_tick(void);

// Hands r to the disk, which has the blocks that r names.
void disk_submit(struct disk_request *r);

// The same for a request without a function done, and waits until it is done. Returns r->status.
int disk_run(struct disk_request *r);
// Reads one block to page, or writes it from there, and waits: 0, -EIO.
int disk_read(uint32 blockno, void *page);
int disk_write(uint32 blockno, void *page);

#endif
