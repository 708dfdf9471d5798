// The order in which locks are taken: whoever holds a lock takes only locks of higher levels,
// or of the same level where the table says so. The debug build checks it (lockdep.c).
#ifndef KERNEL_LOCK_LEVEL_H
#define KERNEL_LOCK_LEVEL_H

#define LOCK_LEVELS(X)                                                                                                 \
    /* sleeplocks: held while sleeping */                                                                              \
    X(FILE_POS)    /* a file's offset: read and write hold it while they take the inode */                             \
    X(NAMES)       /* one change of names (create, link, unlink, rename) at a time */                                  \
    X(TRANSACTION) /* journal: an open transaction counts as a lock */                                                 \
    X(INODE)       /* one at a time */                                                                                 \
    X(ADDRSPACE)   /* an address space's regions and tables: never held across I/O */                                  \
    X(ALLOC)       /* block and inode bitmaps */                                                                       \
    /* spinlocks: interrupts off, never sleep */                                                                       \
    X(PROC_TREE) /* parents, children, process table, process groups */                                                \
    X(FDTABLE)   /* a process's open files */                                                                          \
    X(PIPE)      /* a pipe's indices */                                                                                \
    X(ICACHE)    /* table of in-core inodes */                                                                         \
    X(JOURNAL)   /* the current group's state */                                                                       \
    X(KMEM)      /* small-object caches */                                                                             \
    X(CACHE)     /* block cache: hash, least-recently-used list */                                                     \
    X(DEVICE)    /* a driver's queue */                                                                                \
    X(CONSOLE)   /* console input line */                                                                              \
    X(SLEEPLOCK) /* the word inside a sleeplock */                                                                     \
    X(CLOCK)     /* ticks and the list of timed sleepers */                                                            \
    X(WAITQ)     /* a bucket of sleepers */                                                                            \
    X(SCHED)     /* run queue, states of threads, switching */                                                         \
    X(KSTACK)    /* kernel-stack slots */                                                                              \
    X(PAGE)      /* free frames */                                                                                     \
    X(UART)      /* serial line's output */

#define LOCK_LEVEL_ENUM(name) LEVEL_##name,
enum lock_level { LOCK_LEVELS(LOCK_LEVEL_ENUM) NLOCKLEVEL };
#undef LOCK_LEVEL_ENUM

#endif
