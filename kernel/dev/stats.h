// The device "statistics": the kernel's counters and locks, as text.
#ifndef KERNEL_DEV_STATS_H
#define KERNEL_DEV_STATS_H

#include "kernel/dev/dev.h"

extern const struct dev_ops statistics_ops;

#endif
