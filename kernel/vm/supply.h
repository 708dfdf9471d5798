// What a fault on a page of a file needs from outside the address space's lock.
//
//     a fault:  with as->lock: the region's fill or store finds that it needs a page, says so in
//     the
//               supply and returns SUPPLY_WANTED; without it: supply_bring reads, or opens a
//               transaction and makes the block part of it; with as->lock again: all is looked up
//               anew, and if the supply is still what is wanted, the page is mapped; supply_drop
//
// From bring to drop the inode is locked, so that the file cannot be cut in between, and a
// transaction that makes a page writable is open, so that the commit comes after (mapping.h).
#ifndef KERNEL_VM_SUPPLY_H
#define KERNEL_VM_SUPPLY_H

#include "kernel/lib/kdef.h"

struct block;
struct inode;

#define SUPPLY_WANTED 1  // no error: what fill and store answer
#define SUPPLY_PAGES  16 // mapped at one fault if they are at hand

struct supply {
    struct inode *file; // 0: nothing is wanted. One user of it
    uint64 first;       // page of the file that block[0] is for
    uint n;             // pages
    uint wanted;        // index of the page that there must be; the others come along if cached
    bool shared;        // a hole there is filled
    bool store;         // it will be stored into
    bool ready, locked, in_transaction;
    struct block *block[SUPPLY_PAGES]; // pinned; 0: a hole, or not at hand
};

static inline void supply_init(struct supply *s)
{
    s->file = 0;
    s->ready = s->locked = s->in_transaction = false;
}

// Brings in what is wanted: 0; -ENXIO: beyond the file's end; -EIO; -ENOMEM; -ENOSPC. No lock is
// held. May sleep.
int supply_bring(struct supply *s);
void supply_drop(struct supply *s);

#endif
