// The whole tree of the mounted file system, read with the kernel's own functions.
#ifndef CRASH_WALK_H
#define CRASH_WALK_H

#include "kernel/lib/kdef.h"

#define WALK_PATH 512 // bytes of a path, with the 0 at its end

// What lies under a name.
struct walk_entry {
    const char *path; // "/" is the root
    uint32 inum;
    int type; // T_...
    uint32 nlink;
    uint64 size;
    // of a file or link: walk_content of each block that is not all zeroes, added up
    uint64 content;
    // 0, or what looking it up or reading it gives: -E..., and what stands above is only known in
    // part
    int error;
};

// What one block of a file adds to content, 0 if it is all zeroes; bytes are n <= BSIZE, the rest
// counts as zeroes.
uint64 walk_content(uint64 block, const void *bytes, size_t n);

// Calls visit for each name, directories before what is in them. A directory's own "." and ".." are
// checked and not visited: if they lead elsewhere, its error is WALK_DOTS.
void walk_tree(void (*visit)(const struct walk_entry *entry, void *arg), void *arg);
#define WALK_DOTS (-1000)

#endif
