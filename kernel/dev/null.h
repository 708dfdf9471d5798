// The devices null and zero.
#ifndef KERNEL_DEV_NULL_H
#define KERNEL_DEV_NULL_H

#include "kernel/dev/dev.h"

extern const struct dev_ops null_ops, zero_ops;

#endif
