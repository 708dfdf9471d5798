// The file system in an image: blocks, inodes and the bytes of files.
//
// The image's superblock must be loaded, and its journal empty or replayed. Everything else in the
// image is checked before it is used: damage yields FS_DAMAGED, never an access outside the image.
// After an error the image in memory may be changed in part: do not save it.
#ifndef MKFS_VOLUME_H
#define MKFS_VOLUME_H

#include "mkfs/image.h"

#define FS_ERRORS(X)                                                                               \
    X(FS_OK, "no error")                                                                           \
    X(FS_DISK_FULL, "the disk is full")                                                            \
    X(FS_NO_INODES, "no free inode is left")                                                       \
    X(FS_TOO_LARGE, "the file is too large")                                                       \
    X(FS_NAME_TOO_LONG, "the name is too long")                                                    \
    X(FS_BAD_NAME, "not a valid name")                                                             \
    X(FS_EXISTS, "the name exists already")                                                        \
    X(FS_NOT_FOUND, "no such file or directory")                                                   \
    X(FS_NOT_DIRECTORY, "not a directory")                                                         \
    X(FS_IS_DIRECTORY, "is a directory")                                                           \
    X(FS_NOT_FILE, "not a file")                                                                   \
    X(FS_NOT_EMPTY, "the directory is not empty")                                                  \
    X(FS_TOO_MANY_LINKS, "too many links")                                                         \
    X(FS_LOOP, "too many symbolic links")                                                          \
    X(FS_DAMAGED, "the image is damaged (see fsck)")

#define FS_ERROR_CONST(name, text) name,
enum fs_error { FS_ERRORS(FS_ERROR_CONST) };

const char *fs_strerror(enum fs_error err);

// True if a file may hold the block.
bool block_valid(const struct image *image, uint32 block);
// True if the bitmap says that the block is in use. => block < sb.size.
bool block_in_use(const struct image *image, uint32 block);
void block_mark(struct image *image, uint32 block, bool in_use);

// Marks a zeroed block as used.
enum fs_error block_alloc(struct image *image, uint32 *block);

// An inode, to look at or to change. => inum < sb.ninodes.
const struct dinode *inode_at(const struct image *image, uint32 inum);
struct dinode *inode_edit(struct image *image, uint32 inum);

// A free inode, cleared, with its type and one link.
enum fs_error inode_alloc(struct image *image, int type, uint32 *inum);

// Frees the inode and its blocks.
enum fs_error inode_free(struct image *image, uint32 inum);

// Finds the block of the image that is block number index of the file; 0: a hole.
enum fs_error file_block(struct image *image, uint32 inum, uint64 index, uint32 *block);

// Reads up to n bytes at offset; *done says how many (0 at the end). Holes read as zeroes.
enum fs_error file_read(struct image *image, uint32 inum, uint64 offset, void *to, size_t n,
                        size_t *done);

// Writes n bytes at offset, which is at most the file's size. The file grows as needed.
enum fs_error file_write(struct image *image, uint32 inum, uint64 offset, const void *from,
                         size_t n);

// Makes the file empty.
enum fs_error file_truncate(struct image *image, uint32 inum);

#endif
