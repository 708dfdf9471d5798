// Is a disk sound? fsck's own sources, called as a function, on a disk in memory.
#ifndef CRASH_CHECK_H
#define CRASH_CHECK_H

#include "kernel/lib/kdef.h"

#define CHECK_TEXT 2000

// Checks the disk, which is the same afterwards. orphans: inodes that were unlinked while open are
// no error. Returns 0, or what fsck says (in text of CHECK_TEXT bytes).
const char *check_disk(uint8 *disk, uint32 blocks, bool orphans, char *text);

#endif
