// What procinfo tells of one process. Part of the ABI: new fields go last.
#ifndef KERNEL_PROCINFO_H
#define KERNEL_PROCINFO_H

#include "kernel/types.h"

enum procstate { PS_UNUSED, PS_EMBRYO, PS_RUNNABLE, PS_RUNNING, PS_SLEEPING, PS_ZOMBIE };

struct procinfo {
    int pid;
    int ppid;
    int pgid;
    int state;       // enum procstate
    int cpu;         // hart on which it ran last
    int isolated;    // user mode runs on the user root
    uint64 size;     // bytes of its regions
    uint64 resident; // pages that its page tables map, the zero page and the trampolines aside
    uint64 tables;   // page-table pages below the two roots
    uint64 ticks;    // clock ticks that met it running
    char name[16];
    int pin;       // hart on which alone it may run (cpupin), or -1
    int threads;   // those that have ended and were not joined included
    uint64 shared; // pages of resident that others use, too
    uint64 file;   // pages of resident that are a file's own, in the block cache
};

#endif
