// The device switch: a table of drivers by major number, filled at boot.
#include "kernel/dev/dev.h"

#include "kernel/lib/assert.h"

static const struct dev_ops *drivers[NDEV];

void dev_register(int major, const struct dev_ops *ops)
{
    kassert(major > 0 && major < NDEV && !drivers[major]);
    drivers[major] = ops;
}

const struct dev_ops *dev_lookup(int major)
{
    return major > 0 && major < NDEV ? drivers[major] : 0;
}
