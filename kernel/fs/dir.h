// Directories: files of struct dirent. Callers hold the directory's lock; what changes it (T)
// stands inside a transaction.
#ifndef KERNEL_FS_DIR_H
#define KERNEL_FS_DIR_H

#include "kernel/fs/inode.h"

// Where a name is, or would go.
struct dir_slot {
    uint32 inum;
    uint64 offset; // of its entry; after -ENOENT: of the first free one, or the directory's end
};

// May names be looked up and entered here? 0; -ENOTDIR; -ENOENT: the directory was removed.
int dir_check(const struct inode *dir);

// Finds name. 0; -ENOENT; -EIO; -ENOMEM.
int dir_find(struct inode *dir, const char *name, struct dir_slot *slot);
// Finds the name, other than "." and "..", of inode inum. As above.
int dir_find_inode(struct inode *dir, uint32 inum, char name[DIRSIZ + 1]);
// 0; -ENOTEMPTY: it has more names than "." and ".."; -EIO; -ENOMEM.
int dir_check_empty(struct inode *dir);

// T Writes an entry at offset: an old one's, or where dir_find said. Changes at most
// DIR_ENTER_BLOCKS blocks. 0; -ENOSPC and others of inode_write: nothing has changed.
int dir_enter(struct inode *dir, uint64 offset, const char *name, uint32 inum);
#define DIR_ENTER_BLOCKS 7
// T Frees the entry at offset; changes one block.
int dir_clear(struct inode *dir, uint64 offset);
// T The first two entries of a new directory; changes at most DIR_ENTER_BLOCKS blocks.
int dir_init(struct inode *dir, uint32 parent);
// T Changes ".." of a directory; changes one block.
int dir_set_parent(struct inode *dir, uint32 parent);

#endif
