// Directories: files of struct dirent. Callers hold the directory's lock; what changes it (T)
// stands inside a transaction.
#ifndef KERNEL_FS_DIR_H
#define KERNEL_FS_DIR_H

#include "kernel/fs/inode.h"
#include "kernel/lib/string.h"

// An entry of a directory, in its block, which is pinned for as long as the slot is used; block 0:
// no entry. The caller cache_puts the block.
struct dir_slot {
    struct block *block;
    struct dirent *entry;
};

// Is it "." or ".."?
static inline bool is_dots(const char *name)
{
    return strncmp(name, ".", DIRSIZ) == 0 || strncmp(name, "..", DIRSIZ) == 0;
}

// Finds name. 0; -ENOENT; -EIO; -ENOMEM.
int dir_find(struct inode *dir, const char *name, struct dir_slot *slot);
// Finds the entry, other than "." and "..", of inode inum (0: a free one). As above.
int dir_find_inode(struct inode *dir, uint32 inum, struct dir_slot *slot);
// 0; -ENOTEMPTY: it has more names than "." and ".."; -EIO; -ENOMEM.
int dir_check_empty(struct inode *dir);

// T Enters a new name. Changes at most DIR_ENTER_BLOCKS blocks. 0; -ENOSPC and others of
// inode_write: nothing has changed.
int dir_enter(struct inode *dir, const char *name, uint32 inum);
#define DIR_ENTER_BLOCKS 7
// T Lets the entry name another inode, or frees it (inum 0). Changes one block.
void dir_set(const struct dir_slot *slot, uint32 inum);

#endif
