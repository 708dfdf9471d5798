// What sysinfo tells of the whole system. Part of the ABI: new fields go last.
#ifndef KERNEL_SYSINFO_H
#define KERNEL_SYSINFO_H

#include "kernel/types.h"

struct sysinfo {
    uint64 freemem;     // bytes that can be promised, some of them after a wait for the disk
    uint64 nproc;       // processes and further threads of theirs, zombies included
    uint64 totalmem;    // bytes that the page allocator was given at boot
    uint64 freepages;   // frames on the free lists
    uint64 reclaimable; // frames that caches hold and would give back
    uint64 promised;    // frames promised to heaps and transactions, not yet taken
    uint64 kmemobjs;    // small objects in use
    uint64 inodes;      // in-core inodes with users
    uint64 files;       // open files
    uint64 pipes;       // pipes
    uint64 freeblocks;  // free blocks of the file system
    uint64 freeinodes;  // free inodes of the file system
    uint64 ncpu;        // harts in use
    uint64 timebase;    // counts of the time counter a second
    uint64 tlbflushes;  // TLB flushes of all harts since boot
    uint64 blocks;      // cache blocks that somebody uses
    uint64 mapped;      // frames of caches that programs map
};

#endif
