// The kinds of open file that have an inode; what they share.
#ifndef KERNEL_FILE_KINDS_H
#define KERNEL_FILE_KINDS_H

#include "kernel/file/file.h"

extern const struct file_ops inode_file_ops; // files, symbolic links
extern const struct file_ops directory_ops;  // to be read only
extern const struct file_ops dev_file_ops;   // devices

// Of f->inode, which release puts; it may be 0 there.
int inode_file_stat(struct file *f, struct stat *st);
void inode_file_release(struct file *f);

#endif
