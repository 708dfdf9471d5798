// Copies files from an image of the older format FLD2 into an image of today.
#ifndef MKFS_OLD_H
#define MKFS_OLD_H

#include "mkfs/image.h"

// Copies all directories, files, symbolic links and devices of the old image into image, with its
// hard links. If image has a file of the same name already, it keeps its own, and a line on
// standard output says so. A directory that both have gets the entries of both. The old image is
// read as it would be after recovery, and is not changed. If something is wrong, the program ends
// with a message (diag.h).
void copy_old_image(struct image *image, const char *old_path);

#endif
