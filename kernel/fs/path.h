// Paths: from a name to an inode, and from a directory to its name.
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

// The inode that path names, from cwd (or from the root, if path begins with '/'): one more user,
// loaded, not locked. 0; -ENOENT (also for an empty path, and in a directory that was removed);
// -ENOTDIR; -ENAMETOOLONG; -ELOOP; -EIO; -ENOMEM; -ENFILE; -EINTR: the caller was killed.
int path_lookup(struct inode *cwd, const char *path, int flags, struct inode **out);

// The path of dir from the root, into buf of size bytes, with a 0 at its end. Its length; -ERANGE:
// it does not fit; -ENOENT: the directory was removed; others as path_lookup.
int64 path_of_directory(struct inode *dir, char *buf, size_t size);

// --- For path_ops.c, too ---

// Entries of directories and links of inodes change only while somebody holds this lock, so that
// its holder sees the tree of names stand still. It is taken before a transaction is begun.
extern struct sleeplock names_lock;

// Where a walk has ended: at the path's last name. It is a user of both inodes.
struct place {
    struct inode *dir;      // the directory in which the name stands, or would stand; NULL: there
                            // is no name ("/")
    struct dir_entry entry; // the name's entry; stays so under names_lock
    struct inode *ip;       // the inode that it names, loaded; NULL: the name is not there
    bool slash;             // a slash follows the name: only a directory will do
    char name[DIRSIZ + 1];
};

// Walks path from cwd, or from the root. With PATH_NEW it is no error if the last name is not there
// (p->ip is NULL then). Errors as path_lookup. The caller does place_put in any case, outside of
// transactions.
int path_walk(struct inode *cwd, const char *path, int flags, struct place *p);
void place_put(struct place *p);

#endif
