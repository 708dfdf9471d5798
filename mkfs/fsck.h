// What the parts of fsck share: the image, what is known of it so far, and messages.
#ifndef MKFS_FSCK_H
#define MKFS_FSCK_H

#include "mkfs/image.h"

// What the walk through the directories has found out about an inode.
struct finding {
    const struct disk_dirent *entry; // the first entry that names it
    uint32 parent;                   // the directory of that entry
    uint32 links;                    // how many entries name it
    uint32 subdirs;                  // of a directory: how many of its entries name directories
    bool reached;                    // of a directory: the walk has been there
};

struct fsck {
    struct image image;
    const char *path;
    bool quiet, verbose, replay, no_orphans;
    bool refused; // the kernel will not mount it
    uint64 errors;
    uint32 orphans;
    struct finding *found; // for each inode
    uint32 *owner;         // for each block: the inode that it belongs to, 0 = none
};

// Counts an error, and prints a line that says what is wrong.
void problem(struct fsck *fsck, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same, for an error with which the kernel refuses to mount the image.
void mount_problem(struct fsck *fsck, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The same, for an error of an inode: "inode 12 (/bin/cat): ...".
void inode_problem(struct fsck *fsck, uint32 inum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// "inode 12 (/bin/cat)", as far as the name is known.
#define INODE_NAME_SIZE 400
void inode_name(const struct fsck *fsck, uint32 inum, char *text, size_t size);

// True for an inode that was unlinked while open.
bool is_orphan(const struct fsck *fsck, uint32 inum);

// Walks through the directories from the root: checks their structure, and that each is reached
// once. Fills in found.
void check_directories(struct fsck *fsck);
// Checks link counts, and finds orphans and inodes without a name. Call it after check_directories.
void check_links(struct fsck *fsck);

// Checks every inode by itself, and the blocks that it owns. Fills in owner.
void check_inodes(struct fsck *fsck);
// Compares the bitmap with owner. Call it after check_inodes.
void check_bitmap(struct fsck *fsck);

#endif
