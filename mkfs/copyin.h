// Files of the host, copied into an image.
#ifndef MKFS_COPYIN_H
#define MKFS_COPYIN_H

#include "mkfs/dir.h"

enum existing { KEEP_EXISTING, REPLACE_EXISTING }; // what becomes of a file of the same name

// Copies a file or a directory tree of the host, `from`, into the image, to path `to`. If a
// directory exists already, the entries are added to it. If a file exists already, it is replaced,
// or the copy fails. A symbolic link is followed if it is `from` itself; inside a tree it is copied
// as a link. Entries of a directory are copied in the order of their names. If something cannot be
// copied, the program ends with a message (diag.h).
void copy_in(struct image *image, const char *from, const char *to, enum existing existing);

// Returns the inode of the directory with that path. Makes it, and the directories above it, if
// they do not exist.
uint32 make_directories(struct image *image, const char *path);

#endif
