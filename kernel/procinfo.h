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
    int isolated;    // 1: user mode runs on the user root; 0: on the kernel root
    uint64 size;     // bytes of its regions
    uint64 resident; // pages that its tables map, without the zero page and the trampoline
    uint64 tables;   // page-table pages below the two roots
    uint64 ticks;    // clock ticks at which it was running
    char name[16];
    int pin;       // hart on which alone it may run (cpupin), or -1
    int threads;   // with those that have ended and were not joined
    uint64 shared; // those of resident whose frames others use, too
    uint64 file;   // those of resident that show a file's own blocks, in the block cache
};

#endif
