// Walking a path: what path.c and the operations on names share.
#ifndef KERNEL_FS_WALK_H
#define KERNEL_FS_WALK_H

#include "kernel/fs/dir.h"
#include "kernel/fs/path.h"

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
