// Which regions map a file, and which spaces may store into files: for the file system, when it
// changes a file's blocks under the programs that map the file.
//
// An inode has a list of the regions that map it. A second list has the spaces whose entries allow
// stores into pages of files. A spinlock guards both, the mapping lock. It cannot be held while
// somebody looks into a space, because that takes as->lock, which sleeps. So a visitor counts
// itself in the space instead (as->visitors), and a space that ends waits for its visitors
// (mapping_leave).
#ifndef KERNEL_VM_SPACE_MAPPING_H
#define KERNEL_VM_SPACE_MAPPING_H

#include "kernel/vm/space/region.h"

// Enters r into the list of its file, or takes it out; nothing happens if r has no file. r is new
// (mapping_round is 0), or it is a copy or a part of a region that has not changed since. fork adds
// its copy when all entries of the copy are there.
// => as->lock of r's space held, or the space is BUILDING; for a copy also that of the original
void mapping_add(struct region *r);
void mapping_remove(struct region *r);

// An entry of as now allows stores into a page of a file. => as->lock held, a transaction is open
void mapping_add_storing(struct addrspace *as);

// as ends: takes it and its regions off the lists and waits until nobody looks into it. May sleep.
void mapping_leave(struct addrspace *as);

// What the file system calls when it has cut a file (inode_cut_hook), and when it closes a group
// (journal_stage_hook).
void mapping_unmap_cut_file(struct inode *ip);
void mapping_forbid_stores(void);

#endif
