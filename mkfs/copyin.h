// Files of the host, copied into an image.
#ifndef MKFS_COPYIN_H
#define MKFS_COPYIN_H

#include "mkfs/dir.h"

enum existing { KEEP_EXISTING, REPLACE_EXISTING }; // what becomes of a file of the same name

// Copies the file or directory tree from to the path to in the image. Directories that exist
// already are filled up; an existing file is an error or replaced. A symbolic link is followed if
// it is from itself, and copied as a link inside a tree. Entries of a directory are copied in the
// order of their names. Fails (diag.h) with the name of what could not be copied.
void copy_in(struct image *image, const char *from, const char *to, enum existing existing);

// The inode of the directory with that path, which is made, with those before it, as needed.
uint32 make_directories(struct image *image, const char *path);

#endif
