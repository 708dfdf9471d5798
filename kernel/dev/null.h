// The devices null (reads: end of file) and zero (reads: zeroes); both swallow what is written.
#ifndef KERNEL_DEV_NULL_H
#define KERNEL_DEV_NULL_H

void null_init(void);

#endif
