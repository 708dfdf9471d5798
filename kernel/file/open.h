// Opening a path.
#ifndef KERNEL_FILE_OPEN_H
#define KERNEL_FILE_OPEN_H

#include "kernel/file/file.h"

// Opens path from cwd with the O_ flags of fcntl.h. only: the inode to which path must lead
// already, else -EPERM; NULL: it may lead anywhere. Errors as POSIX.1 has them for open.
int file_open(struct inode *cwd, const char *path, int flags, const struct inode *only,
              struct file **out);

#endif
