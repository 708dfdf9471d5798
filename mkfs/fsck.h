// What the parts of fsck share: the image, what was learnt of it so far, and how to complain.
#ifndef MKFS_FSCK_H
#define MKFS_FSCK_H

#include "mkfs/image.h"

// What the walk through the directories found out about an inode.
struct finding {
    const struct disk_dirent *entry; // that names it; the first one met
    uint32 parent;                   // the directory of that entry
    uint32 links;                    // entries that name it
    uint32 subdirs;                  // of a directory: entries that name directories
    bool reached;                    // of a directory: the walk has been there
};

struct fsck {
    struct image image;
    const char *path;
    bool quiet, verbose, replay, no_orphans;
    bool refused; // the kernel does not mount it
    uint64 errors;
    uint32 orphans;
    struct finding *found; // for each inode
    uint32 *owner;         // for each block: the inode that it belongs to, 0 = none
};

// Counts an error, and says what is wrong, in a line.
void problem(struct fsck *fsck, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same, and the kernel refuses to mount the image for it.
void mount_problem(struct fsck *fsck, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// A problem of an inode: "inode 12 (/bin/cat): ...".
void inode_problem(struct fsck *fsck, uint32 inum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// "inode 12 (/bin/cat)", as far as the name is known.
#define INODE_NAME_SIZE 400
void inode_name(const struct fsck *fsck, uint32 inum, char *text, size_t size);

// True for an inode that was unlinked while open.
bool is_orphan(const struct fsck *fsck, uint32 inum);

// Walks the directories from the root: their structure, each reached once. Fills in found.
void check_directories(struct fsck *fsck);
// Link counts, orphans, inodes without a name. After check_directories.
void check_links(struct fsck *fsck);

// Every inode by itself, and which blocks it owns. Fills in owner.
void check_inodes(struct fsck *fsck);
// The bitmap against owner. After check_inodes.
void check_bitmap(struct fsck *fsck);

#endif
