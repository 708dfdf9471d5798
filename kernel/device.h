// The device files' numbers. Part of the ABI: the kernel's table of drivers (kernel/dev/dev.c) and
// the files that the program init makes come from this list.
//
// A new device is a line here, its functions in kernel/dev/, and their header included in dev.c.
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

// X(constant DEV_..., name of the file and of name_ops, major number)
#define DEVICES(X)                                                                                 \
    X(CONSOLE, console, 1)       /* the serial line as a terminal */                               \
    X(STATISTICS, statistics, 2) /* the kernel's counters, a line "name value" for each */         \
    X(NULL, null, 3)             /* reads: end of file; swallows what is written */                \
    X(ZERO, zero, 4)             /* reads: zeroes; swallows what is written */

#define DEVICE_NUMBER(constant, name, major) DEV_##constant = major,
enum device { DEVICES(DEVICE_NUMBER) };
#undef DEVICE_NUMBER

#endif
