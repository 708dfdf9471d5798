// The disk: asynchronous requests of neighbouring blocks to and from scattered pages
// (virtio 1.1, sections 4.2 "Virtio Over MMIO", legacy and modern, and 5.2 "Block Device").
#ifndef KERNEL_DEV_DISK_H
#define KERNEL_DEV_DISK_H

#include "kernel/lib/kdef.h"

#define DISK_SEGMENTS 32 // pages of one request

enum disk_op { DISK_READ, DISK_WRITE, DISK_FLUSH };

// A request belongs to its caller, who keeps it and its pages until done is called.
struct disk_request {
    enum disk_op op;
    uint32 blockno;                       // first block, of BSIZE bytes
    uint nsegments;                       // blocks, one page each; 0 for a flush
    void *segment[DISK_SEGMENTS];         // kernel address of each page (in the linear map)
    void (*done)(struct disk_request *r); // interrupt handler, interrupts off, no locks held
    void *arg;                            // the caller's
    int status;                           // when done: 0 or -EIO
    struct disk_request *next;            // the driver's
};

// Finds the disk. 0; -ENODEV. disk_blocks: its size in blocks.
int disk_init(void);
uint32 disk_blocks(void);
// True if it has a volatile write cache, so that commits need flushes.
bool disk_needs_flush(void);

// Starts r and returns; when the device's queue is full, r waits in the driver's own. Never
// sleeps, never allocates.
void disk_submit(struct disk_request *r);

// Submits and waits. Returns r->status.
int disk_run(struct disk_request *r);

// Replaces the device, for self-tests (a RAM disk): submit must call done for every request.
struct disk_driver {
    void (*submit)(struct disk_request *r);
    uint32 blocks;
    bool needs_flush;
};
// Returns the driver in use before.
const struct disk_driver *disk_set_driver(const struct disk_driver *d);

#endif
