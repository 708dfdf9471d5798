// The places in the kernel that flush the disk, told apart by the calls that led there; one of them
// may be left out.
#ifndef CRASH_FLUSH_H
#define CRASH_FLUSH_H

#include "kernel/lib/kdef.h"

#define FLUSH_PLACES 32
#define FLUSH_CALLS  5 // by which a place is known

struct flush_place {
    uint64 call[FLUSH_CALLS]; // return addresses, the latest first; 0: no more
    uint64 count;             // times
};

// Before the first world: the place of that number (in the order of first use, from 0) is left out;
// -1: none.
void flush_prepare(int skip);

// For world_disk.skip_flush.
bool flush_skip(void);

// The places met so far: how many.
uint flush_places(const struct flush_place **places);

#endif
