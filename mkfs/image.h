// An image: an array of blocks, mapped into memory.
//
//     states:  open (it is a file) or new (there is no file yet) -> changed in memory -> saved
//     a life:  image_open, image_block, image_edit, image_save, image_close
//
// The mapping is private: changes stay in memory until image_save. So a tool that gives up half-way
// has changed nothing, and a tool that only reads can replay the journal in memory.
#ifndef MKFS_IMAGE_H
#define MKFS_IMAGE_H

#include "mkfs/format.h"

#include <stdbool.h>

enum image_mode { IMAGE_READ, IMAGE_WRITE };

struct image {
    int fd;               // -1: new
    uint32 blocks;        // whole blocks of the file
    uint8 *map;           // their bytes
    uint8 *dirty;         // for each block: 1 = differs from the file
    struct superblock sb; // a copy; the tool fills it in when it has checked it
    uint32 next_block;    // where the search for a free block goes on
    uint32 next_inode;    // and for a free inode
};

// Opens the file. Returns 0, or what is wrong. IMAGE_WRITE refuses an image that is locked, as
// QEMU locks those that it runs from.
const char *image_open(struct image *image, const char *path, enum image_mode mode);

// Makes an image of that many blocks in memory, all zero. Returns 0, or what is wrong.
const char *image_new(struct image *image, uint32 blocks);

// A block's bytes, to look at or to change. => block < image->blocks.
const void *image_block(const struct image *image, uint32 block);
void *image_edit(struct image *image, uint32 block);

// Writes the changes to the file that was opened: first all blocks but block last; when these have
// reached the disk, block last. Returns 0, or what is wrong.
const char *image_save(struct image *image, uint32 last);

// Writes the image to the file path. The file appears (or is replaced) as a whole, or not at all.
// Blocks that were not changed become holes. Returns 0, or what is wrong.
const char *image_save_as(struct image *image, const char *path);

void image_close(struct image *image);

#endif
