// The device switch: character devices by major number. Devices see kernel memory only.
#ifndef KERNEL_DEV_DEV_H
#define KERNEL_DEV_DEV_H

#include "kernel/device.h"
#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct dev_ops {
    // Reads up to n > 0 bytes at offset off (streams ignore it) into dst; returns how many, 0 at
    // the end; -E.... May sleep; -EINTR if the process is killed meanwhile.
    int64 (*read)(int minor, void *dst, uint64 off, size_t n);
    // Writes n bytes; returns how many; -E.... May sleep as read.
    int64 (*write)(int minor, const void *src, uint64 off, size_t n);
};

// The driver of that major number, or 0.
const struct dev_ops *dev_lookup(int major);

// A write that swallows everything.
int64 dev_swallow(int minor, const void *src, uint64 off, size_t n);

#endif
