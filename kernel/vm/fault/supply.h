// What a fault on a page of a file needs from outside the address space's lock.
//
//     a life:  supply_init
//              with as->lock:    the region's fill or allow_store finds that it needs pages of the
//                                file, says so in the supply (supply_ask), returns SUPPLY_WANTED
//              without it:       supply_bring reads the pages; or it opens a transaction and makes
//                                the page's block part of it
//              with as->lock:    all is looked up again; if the supply still fits, the page is
//                                mapped (supply_fits)
//              without it:       supply_drop; the supply is then as after supply_init
//
// From bring to drop the inode is locked, so nobody can cut the file in between. If the page is
// made writable, the transaction stays open until then, so that the commit comes after it
// (mapping.h).
#ifndef KERNEL_VM_FAULT_SUPPLY_H
#define KERNEL_VM_FAULT_SUPPLY_H

#include "kernel/vm/space/region.h"

struct block;

#define SUPPLY_WANTED 1  // no error: fill and allow_store answer it
#define SUPPLY_PAGES  16 // mapped at one fault if they are in the cache

// A thread has it on its stack, so no lock guards it.
struct supply {
    struct inode *file; // NULL: nothing is wanted. With a reference
    uint64 first;       // page of the file that block[0] is for
    uint n;             // pages
    uint wanted;        // index of the page that must be brought; others only if they are cached
    bool shared;        // a hole is filled with a block
    bool store;         // the page will be stored into
    // Bring has begun, so block[] is valid; the inode is locked; a transaction is open.
    bool ready, locked, in_transaction;
    struct block *block[SUPPLY_PAGES]; // pinned; NULL: a hole, or not in the cache
};

static force_inline void supply_init(struct supply *s)
{
    s->file = NULL;
    s->ready = s->locked = s->in_transaction = false;
}

// Says in s what a fault on va of r needs: that page, and those around it. Takes a reference on the
// file. Returns SUPPLY_WANTED. => as->lock held, nothing is wanted yet, or something has been
// brought that does not fit: then s stays as it is.
int supply_ask(struct supply *s, const struct region *r, uaddr_t va, bool store);

// True if what was brought is what a fault on va of r needs. => as->lock held
bool supply_fits(const struct supply *s, const struct region *r, uaddr_t va, bool store);

// Brings what is wanted. 0; -ENXIO: beyond the file's end; -EIO; -ENOMEM; -ENOSPC. After an error,
// too, s is to be dropped. No lock is held. May sleep.
int supply_bring(struct supply *s);

// Lets go of all that s has. No lock but the inode's is held. May sleep.
void supply_drop(struct supply *s);

#endif
