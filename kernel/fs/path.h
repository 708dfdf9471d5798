// Names: directories and paths.
#ifndef KERNEL_FS_PATH_H
#define KERNEL_FS_PATH_H

#include "kernel/fs/inode.h"

enum path_flags {
    PATH_NOFOLLOW = 1,  // a symbolic link as the last name is itself the result
    PATH_ENTRY = 2,     // the same even before a slash: the entry itself is meant
    PATH_DIRECTORY = 4, // path_lookup: the result must be a directory
    PATH_NEW = 8,       // path_walk: the last name need not be there
};

// The inode that path names, from cwd (or the root, if path begins with '/'), one more user, not
// locked. 0; -ENOENT (also for an empty path, and in a directory that was removed); -ENOTDIR;
// -ENAMETOOLONG; -ELOOP; -EIO; -ENOMEM.
int path_lookup(struct inode *cwd, const char *path, int flags, struct inode **out);

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

// The path of dir from the root, into buf of size bytes with the 0: length, -ERANGE, -ENOENT (it
// was removed).
int64 path_of_directory(struct inode *dir, char *buf, size_t size);

#endif
