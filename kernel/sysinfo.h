// What sysinfo tells of the whole system. Part of the ABI: new fields go last.
#ifndef KERNEL_SYSINFO_H
#define KERNEL_SYSINFO_H

#include "kernel/types.h"

struct sysinfo {
    uint64 freemem;     // bytes that can be promised, some of them only when the disk has written
    uint64 nproc;       // processes, and threads beyond their first ones, with zombies
    uint64 totalmem;    // bytes that the page allocator was given at boot
    uint64 freepages;   // frames on the free lists
    uint64 reclaimable; // frames that caches hold and give back when frames are short
    uint64 promised;    // frames that heaps and transactions may still take
    uint64 kmemobjs;    // small objects in use
    uint64 inodes;      // in-core inodes with users
    uint64 files;       // open files
    uint64 pipes;       // pipes
    uint64 freeblocks;  // free blocks of the file system
    uint64 freeinodes;  // free inodes of the file system
    uint64 ncpu;        // harts in use
    uint64 timebase;    // counts of the time counter a second
    uint64 tlbflushes;  // TLB flushes of all harts since boot
    uint64 blocks;      // blocks of the cache that are in use
    uint64 mapped;      // frames of caches that programs map
};

#endif
