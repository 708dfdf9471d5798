// Walking a path: what path.c and the operations on names share.
#ifndef KERNEL_FS_WALK_H
#define KERNEL_FS_WALK_H

#include "kernel/fs/path.h"

enum walk_flags {
    WALK_NOFOLLOW = PATH_NOFOLLOW,
    WALK_PARENT = 2, // stop before the last name
    WALK_CREATE = 4, // the last name need not exist: then stop before it, too
};

// Where a walk ended.
struct place {
    struct inode *ip;      // reached: one more user, not locked
    bool at_parent;        // stopped before the last name: ip is (to be) its directory
    bool slash;            // the last name is followed by a slash
    char name[DIRSIZ + 1]; // the last name; "" if the path has none ("/")
};

// Walks path from cwd, or from the root. Errors as path_lookup; then *place is not to be used.
int path_walk(struct inode *cwd, const char *path, int flags, struct place *place);

// The inode that directory dir (not locked) has under name, one more user, not locked: 0; -ENOENT;
// -ENOTDIR; -EIO; -ENOMEM; -ENFILE.
int path_step(struct inode *dir, const char *name, struct inode **out);

// The type of an inode that is not locked: T_..., or -EIO, -ENOMEM. It never changes.
int inode_type(struct inode *ip);

// Blocks that stay in the cache while an operation on names changes them, so that after its
// commit point nothing can fail.
struct pins {
    struct block *block[5];
    uint n;
};
int pins_inode(struct pins *p, struct inode *ip);               // ip's own block
int pins_data(struct pins *p, struct inode *ip, uint64 offset); // the data at offset
void pins_put(struct pins *p);

#endif
