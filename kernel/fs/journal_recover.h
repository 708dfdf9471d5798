// Mounting the journal: groups that a power cut left in the ring are brought home.
#ifndef KERNEL_FS_JOURNAL_RECOVER_H
#define KERNEL_FS_JOURNAL_RECOVER_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"

// Reads the journal that sb, a sound superblock, describes; brings committed groups home (*groups:
// how many), sets the journal up and starts its thread. sb must stay where it is. To be called
// before any other use, in a process. 0; -EIO; -EINVAL: a damaged journal, which the console is
// told; -EROFS: there are groups and the disk is read-only, which the console is told, too.
int journal_mount(const struct superblock *sb, uint64 *groups);

#endif
