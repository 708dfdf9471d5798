// Directories: files of struct dirent. Callers hold the directory's lock.
#ifndef KERNEL_FS_DIR_H
#define KERNEL_FS_DIR_H

#include "kernel/fs/inode.h"
#include "kernel/lib/string.h"

// Where an entry of a directory is: in its block, which is pinned for as long as this is used (the
// caller does cache_put). block NULL: there is no entry.
struct dir_entry {
    struct block *block;
    struct dirent *dirent;
};

// Is it "." or ".."?
static inline bool is_dots(const char *name)
{
    return strncmp(name, ".", DIRSIZ) == 0 || strncmp(name, "..", DIRSIZ) == 0;
}

// Finds the entry of that name. 0; -ENOENT; -EIO; -ENOMEM; -EINTR: the caller was killed while it
// looked through a large directory. On an error entry->block is NULL.
int dir_find(struct inode *dir, const char *name, struct dir_entry *entry);
// Finds the entry, other than "." and "..", of inode inum (0: a free entry). The same.
int dir_find_inode(struct inode *dir, uint32 inum, struct dir_entry *entry);
// 0: it has no names but "." and ".."; -ENOTEMPTY; -EIO; -ENOMEM; -EINTR.
int dir_check_empty(struct inode *dir);

// Enters a new name. In a transaction; changes at most DIR_ENTER_BLOCKS blocks. 0; -ENOSPC and the
// others of inode_write: nothing has changed.
int dir_enter(struct inode *dir, const char *name, uint32 inum);
#define DIR_ENTER_BLOCKS 7
// Makes the entry name another inode, or frees it (inum 0). In a transaction; changes one block.
void dir_set(const struct dir_entry *entry, uint32 inum);

#endif
