// Device files.
#ifndef KERNEL_FILE_DEV_FILE_H
#define KERNEL_FILE_DEV_FILE_H

#include "kernel/file/file.h"

extern const struct file_ops dev_file_ops;

#endif
