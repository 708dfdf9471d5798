// Limits and sizes that programs and mkfs share with the kernel. Part of the ABI.
//
// A limit is there to stop misuse. It is not the size of a table: the kernel allocates processes,
// open files and inodes when they are needed.
#ifndef KERNEL_PARAM_H
#define KERNEL_PARAM_H

#define NPROC       512   // processes at once; fork fails beyond
#define NPROC_GROUP 448   // of them in one process group; the rest is for those who end a fork bomb
#define NCPU        8     // harts that are used
#define NOFILE      64    // open files of one process
#define NFILE       4096  // open files of all processes
#define NINODE      4096  // inodes in core with users
#define NDEV        16    // major device numbers are below this
#define ROOTDEV     1     // device number of the root file system
#define MAXARG      32    // arguments of exec
#define ARGMAX      8192  // bytes of exec's argument strings and pointers together
#define MAXPATH     256   // bytes of a path, with the 0 at its end
#define MAXOPBLOCKS 64    // blocks that one transaction may change
#define NBUF        64    // frames that the block cache never gives back
#define FSSIZE      16384 // blocks of the image that mkfs builds by default (64 MiB)
#define USERSTACK   64    // pages of a user stack

// Pages below the stack that are never mapped. So many, because the stack frame of a function may
// be large, and must not reach across them.
#define USERGUARD 128

#define PIPESIZE      16384 // bytes that a pipe holds
#define TICK_HZ       100   // clock ticks a second: sleep, pause and uptime count them
#define SYMLINK_DEPTH 10    // symbolic links that one path may lead through
#define PGACCESS_MAX  1024  // pages that one pgaccess asks about
#define REGIONS_MAX   65530 // regions of an address space: a region is memory mapped in one way

#endif
