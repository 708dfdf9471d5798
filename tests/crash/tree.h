// What a file system holds, as a list that can be compared: one item a name.
#ifndef CRASH_TREE_H
#define CRASH_TREE_H

#include "kernel/lib/kdef.h"

#define TREE_MAX  200 // names
#define TREE_PATH 80

struct tree_item {
    char path[TREE_PATH];
    int type; // T_...
    uint32 nlink;
    uint64 size;    // 0 for a directory
    uint64 content; // walk_content of the blocks
    // names of one inode have the same number here: before tree_finish any, then the first one's
    // index
    uint64 inode;
};

struct tree {
    uint64 hash; // of all items
    uint n;
    struct tree_item item[TREE_MAX];
};

// A tree begins empty: n is 0. The item that the caller fills in next; ends the world if there are
// too many.
struct tree_item *tree_add(struct tree *tree, const char *path);
// All items are there: sorts them, and computes the hash.
void tree_finish(struct tree *tree);

// The mounted file system. Ends the world if something cannot be read.
void tree_of_kernel(struct tree *tree);

// Says in text of size bytes in what got differs from want: at most some items.
void tree_differences(const struct tree *want, const struct tree *got, char *text, size_t size);
// How many items differ.
uint tree_distance(const struct tree *a, const struct tree *b);

#endif
