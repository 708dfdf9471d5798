// Images of the format before this one, FLD2: their files, copied into an image of today.
#ifndef MKFS_OLD_H
#define MKFS_OLD_H

#include "mkfs/image.h"

// Copies all directories, files, symbolic links and devices of the old image into image, with its
// hard links. A name that image has already stays as it is, and is told on standard output;
// directories that both have are joined. The old image is read as it will be after recovery, and
// not changed. Fails (diag.h) with what is wrong.
void copy_old_image(struct image *image, const char *old_path);

#endif
