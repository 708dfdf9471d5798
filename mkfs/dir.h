// Directories and paths in an image.
#ifndef MKFS_DIR_H
#define MKFS_DIR_H

#include "mkfs/volume.h"

enum follow { FOLLOW, NO_FOLLOW }; // what to do with a symbolic link at a path's end

// Makes the root directory of a new file system.
enum fs_error root_make(struct image *image);

// Calls visit for each entry in use, until visit returns false. It gets the entry in the image
// itself, not a copy.
typedef bool (*dir_visit_t)(const struct disk_dirent *entry, void *arg);
enum fs_error dir_each(struct image *image, uint32 dir, dir_visit_t visit, void *arg);

// Copies an entry's name, with a 0 behind it.
void dirent_name(const struct disk_dirent *entry, char name[DIRSIZ + 1]);

// Returns 0 if a directory may have an entry of this name.
enum fs_error name_check(const char *name);

enum fs_error dir_lookup(struct image *image, uint32 dir, const char *name, uint32 *inum);

// Adds an entry. FS_EXISTS: there is one of this name. The caller changes the link counts.
enum fs_error dir_add(struct image *image, uint32 dir, const char *name, uint32 inum);

// Makes an empty file of that type (not T_DIR), or a directory, and adds an entry for it.
enum fs_error make_node(struct image *image, uint32 dir, const char *name, int type, uint32 *inum);
enum fs_error make_directory(struct image *image, uint32 dir, const char *name, uint32 *inum);

// Removes a file, a symbolic link or an empty directory.
enum fs_error remove_name(struct image *image, uint32 dir, const char *name);

// The inode that the path names, from the root.
enum fs_error path_find(struct image *image, const char *path, enum follow follow, uint32 *inum);

// The directory that holds the path's last name, and that name: empty if the path is the root.
enum fs_error path_parent(struct image *image, const char *path, uint32 *dir,
                          char name[DIRSIZ + 1]);

#endif
