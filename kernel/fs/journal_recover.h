// Mounting the journal.
#ifndef KERNEL_FS_JOURNAL_RECOVER_H
#define KERNEL_FS_JOURNAL_RECOVER_H

#include "kernel/fs.h"
#include "kernel/lib/kdef.h"

// Reads the journal described by sb, which is sound and stays there; brings committed groups home
// (*groups: how many), sets up and starts the journal's thread. 0; -EIO; -EINVAL for a damaged
// journal, said on the console; -EROFS if there are groups and the disk is read-only, said, too.
// Before any other use, in a process.
int journal_mount(const struct superblock *sb, uint64 *groups);

#endif
