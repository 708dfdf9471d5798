// Names: directories and paths.
#ifndef KERNEL_FS_PATH_H
#define KERNEL_FS_PATH_H

#include "kernel/fs/dir.h"
#include "kernel/thread/sleeplock.h"

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

// The path of dir from the root, into buf of size bytes with the 0: length, -ERANGE, -ENOENT (it
// was removed).
int64 path_of_directory(struct inode *dir, char *buf, size_t size);

// What path_ops.c needs, too.

// Whoever holds it, which is before a transaction is begun, sees the tree of names stand still:
// entries of directories and links of inodes change under it only.
extern struct sleeplock names_lock;

// Where a walk ended: at the path's last name.
struct place {
    struct inode *dir;    // the directory that has (or is to have) it; 0: there is no name ("/")
    struct dir_slot slot; // its entry, if there is one: stays so under names_lock
    struct inode *ip;     // the inode it names, 0: none; loaded. The place is a user of both inodes
    bool slash;           // a slash follows: only a directory will do
    char name[DIRSIZ + 1];
};

// Walks path from cwd, or from the root. Errors as path_lookup; with PATH_NEW,
// a last name that is not there is none. Whether it fails or not: place_put follows, outside of
// transactions.
int path_walk(struct inode *cwd, const char *path, int flags, struct place *p);
void place_put(struct place *p);

#endif
