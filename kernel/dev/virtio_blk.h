// virtio block device over MMIO, legacy and modern (virtio 1.1, sections 4.2 and 5.2).
#ifndef KERNEL_DEV_VIRTIO_BLK_H
#define KERNEL_DEV_VIRTIO_BLK_H

#include "kernel/dev/disk.h"

// Finds the first block device of the machine and makes it ready. Its driver, which stays for ever;
// NULL: there is none.
const struct disk_driver *virtio_blk_probe(void);

#endif
