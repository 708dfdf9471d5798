// Operations on names: create, link, unlink, rename. Each is one atomic change, with a transaction
// of its own. Paths begin at cwd, or at the root. Errors are those of path_lookup, of a full disk,
// and those that POSIX.1 has for the call of that name.
#ifndef KERNEL_FS_PATH_OPS_H
#define KERNEL_FS_PATH_OPS_H

#include "kernel/fs/path.h"

// A file that is to be made.
struct node {
    int type;           // T_...
    int major, minor;   // T_DEVICE
    const char *target; // T_SYMLINK: 1 to MAXPATH - 1 bytes
};

// Opens or makes: *out has one more user and is not locked. If the name exists: -EEXIST with
// PATH_ENTRY; without it an existing file or device is the result when a T_FILE is asked for;
// -EISDIR if a directory is in the way of a T_FILE.
int path_create(struct inode *cwd, const char *path, const struct node *node, int flags,
                struct inode **out);
// A second name for the file old.
int path_link(struct inode *cwd, const char *old, const char *new);
// Removes the name of a file or link, or an empty directory.
int path_unlink(struct inode *cwd, const char *path);
// Renames old to new. A file replaces a file, and a directory an empty directory. -EINVAL if new
// lies below old.
int path_rename(struct inode *cwd, const char *old, const char *new);

#endif
