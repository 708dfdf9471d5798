// Open files, directories and symbolic links.
#ifndef KERNEL_FILE_INODE_FILE_H
#define KERNEL_FILE_INODE_FILE_H

#include "kernel/file/file.h"

extern const struct file_ops inode_file_ops; // files, symbolic links
extern const struct file_ops directory_ops;  // to be read only

// Of f->inode, which release puts; it may be 0 there.
int inode_file_stat(struct file *f, struct stat *st);
void inode_file_release(struct file *f);

// A mapping of f with PROT_ rights, shared or private: the inode behind it, which stays with f, and
// which rights it may not get later. 0; -ENODEV: no regular file; -EACCES: f is not open for that.
// If it may be shared and written, f counts among those who write the file.
int file_map(const struct file *f, int prot, bool shared, struct inode **ip, int *denied);

#endif
