// Opening a path.
#ifndef KERNEL_FILE_OPEN_H
#define KERNEL_FILE_OPEN_H

#include "kernel/file/file.h"

// Opens path from cwd with the O_ flags of fcntl.h. Errors as POSIX open. only: what path must lead
// to already, else -EPERM; 0: it may lead anywhere.
int file_open(struct inode *cwd, const char *path, int flags, const struct inode *only,
              struct file **out);

#endif
