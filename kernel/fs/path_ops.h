// Operations on names.
#ifndef KERNEL_FS_PATH_OPS_H
#define KERNEL_FS_PATH_OPS_H

#include "kernel/fs/path.h"

// Each of these is one atomic change, with its own transaction. Errors as above and as POSIX.1 has
// them for the call of that name.

// What is to be made.
struct node {
    int type;           // T_...
    int major, minor;   // T_DEVICE
    const char *target; // T_SYMLINK: 1 to MAXPATH - 1 bytes
};

// Opens or makes: *out has one more user and is not locked. With PATH_ENTRY an existing name is
// -EEXIST; without it an existing file (T_FILE asked for) or device is the result. -EISDIR if
// a directory is in the way of T_FILE.
int path_create(struct inode *cwd, const char *path, const struct node *node, int flags,
                struct inode **out);
int path_link(struct inode *cwd, const char *old, const char *new);
int path_unlink(struct inode *cwd, const char *path); // files, links and empty directories
// Renames old to new, replacing a file by a file and an empty directory by a directory. -EINVAL
// if new lies below old.
int path_rename(struct inode *cwd, const char *old, const char *new);

#endif
