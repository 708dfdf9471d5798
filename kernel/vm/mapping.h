// Which regions map a file, and which spaces may store into files: for those who change a file's
// blocks under the programs that map it.
//
// An inode lists the regions that map it. Spaces whose entries allow stores into file pages are on
// a list, too. Both lists are guarded by a spinlock, the mapping lock, which is never held while a
// space is looked into: a visitor marks the space instead, and a space that ends waits for its
// visitors (mapping_leave).
#ifndef KERNEL_VM_MAPPING_H
#define KERNEL_VM_MAPPING_H

#include "kernel/vm/region.h"

// r maps r->file from now on, or no more; nothing happens for other regions. r is new
// (mapping_round is 0), or a copy or a part of a region of which nothing has changed since. A copy
// made by fork is added when all its entries are there. => the as->lock of its space held, or it is
// BUILDING (and that of the copied one)
void mapping_add(struct region *r);
void mapping_remove(struct region *r);

// An entry of as now allows stores into a file's page. => as->lock held, a transaction is open
void mapping_stored(struct addrspace *as);

// as ends: takes its regions off the lists and waits until nobody looks into it any more.
void mapping_leave(struct addrspace *as);

// What the file system calls when it has cut a file (inode_cut_hook), and when it closes a group
// (journal_stage_hook).
void mapping_file_was_cut(struct inode *ip);
void mapping_group_is_staged(void);

#endif
