// The device switch: character devices by major number (kernel/device.h). Devices see kernel memory
// only.
#ifndef KERNEL_DEV_DEV_H
#define KERNEL_DEV_DEV_H

#include "kernel/device.h"
#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct dev_ops {
    // Reads up to n > 0 bytes at offset off (streams ignore it) into dst. Returns how many, 0 at
    // the end; -E.... May sleep; -EINTR: the process was killed meanwhile.
    int64 (*read)(void *dst, uint64 off, size_t n);
    // Writes n bytes. Returns how many; -E.... May sleep as read.
    int64 (*write)(const void *src, size_t n);
};

// The driver of that major number; NULL: there is none.
const struct dev_ops *dev_lookup(int major);

// A write that swallows everything.
int64 dev_swallow(const void *src, size_t n);

#endif
