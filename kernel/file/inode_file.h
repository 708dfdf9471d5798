// Open files, directories and symbolic links: what lies behind them is an inode.
#ifndef KERNEL_FILE_INODE_FILE_H
#define KERNEL_FILE_INODE_FILE_H

#include "kernel/file/file.h"

extern const struct file_ops inode_file_ops; // files, symbolic links
extern const struct file_ops directory_ops;  // to be read only

// A mapping of f with PROT_ rights, shared or private. *ip: the inode to be mapped, which stays
// with f; *denied: rights that the mapping may not get later. 0; -ENODEV: f is no regular file;
// -EACCES: f is not open for that. If the mapping may be shared and written, f counts among those
// that write the file.
int file_map(const struct file *f, int prot, bool shared, struct inode **ip, int *denied);

// For device files, too: f->inode tells what stat shows, and release puts it. It may be NULL there.
int inode_file_stat(struct file *f, struct stat *st);
void inode_file_release(struct file *f);

#endif
