// The device switch: character devices by major number. Devices see kernel memory only.
#ifndef KERNEL_DEV_DEV_H
#define KERNEL_DEV_DEV_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

#define DEV_CONSOLE 1
#define DEV_STATS   2 // minor 0: "statistics"
#define DEV_NULL    3
#define DEV_ZERO    4

struct dev_ops {
    const char *name;
    // Reads up to n bytes at offset off (streams ignore it) into dst; returns how many, 0 at the
    // end; -E.... May sleep; -EINTR if the process is killed meanwhile.
    int64 (*read)(int minor, void *dst, uint64 off, size_t n);
    // Writes n bytes; returns how many.
    int64 (*write)(int minor, const void *src, uint64 off, size_t n);
};

// Makes ops the driver of major; ops stays in the caller's hands for good. At boot.
void dev_register(int major, const struct dev_ops *ops);
// The driver, or 0.
const struct dev_ops *dev_lookup(int major);

#endif
