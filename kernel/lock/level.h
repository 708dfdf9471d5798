// The order in which locks are taken: whoever holds a lock takes only locks of higher levels,
// never of the same. The debug build checks it (lockdep.c). A level is also what the statistics
// device counts by, under the name given here.
#ifndef KERNEL_LOCK_LEVEL_H
#define KERNEL_LOCK_LEVEL_H

#define LOCK_LEVELS(X)                                                                             \
    /* sleeplocks: held while sleeping */                                                          \
    X(FILE_POS, "file position") /* an offset: read and write hold it while they take the inode */ \
    X(NAMES, "names") /* one change of names (create, link, unlink, rename) at a time */           \
    X(TRANSACTION, "transaction") /* journal: an open transaction counts as a lock */              \
    X(INODE, "inode")             /* one at a time */                                              \
    X(ADDRSPACE, "address space") /* a space's regions and tables: never held across I/O */        \
    X(SHARED, "shared pages")     /* the pages of shared memory: a fault holds it for a moment */  \
    X(ALLOC, "alloc")             /* block and inode bitmaps */                                    \
    /* spinlocks: interrupts off, never sleep */                                                   \
    X(PROC_TREE, "proc")       /* parents, children, process table, process groups */              \
    X(FDTABLE, "fdtable")      /* a process's open files */                                        \
    X(FUTEX, "futex")          /* a bucket of futex waiters */                                     \
    X(PIPE, "pipe")            /* a pipe's indices */                                              \
    X(ICACHE, "inodes")        /* table of in-core inodes */                                       \
    X(MAPPING, "mapping")      /* who maps a file */                                               \
    X(JOURNAL, "journal")      /* the current group's state */                                     \
    X(KMEM, "objects")         /* small-object caches */                                           \
    X(CACHE, "bcache")         /* block cache: memory, states, eviction */                         \
    X(BUCKET, "bcache.bucket") /* block cache: a share of its table, and the pins there */         \
    X(DEVICE, "device")        /* a driver's queue */                                              \
    X(CONSOLE, "console")      /* console input line */                                            \
    X(SLEEPLOCK, "sleeplock")  /* the word inside a sleeplock */                                   \
    X(CLOCK, "clock")          /* ticks and the list of timed sleepers */                          \
    X(WAITQ, "waitq")          /* a bucket of sleepers */                                          \
    X(SCHED, "sched")          /* run queue, states of threads, switching */                       \
    X(KSTACK, "kstack")        /* places of kernel stacks */                                       \
    X(PAGE_HART, "kmem.hart")  /* one hart's frames */                                             \
    X(PAGE, "kmem")            /* free frames */                                                   \
    X(LOG, "log")              /* the kernel's log */                                              \
    X(UART, "uart")            /* serial line's output */

#define LOCK_LEVEL_ENUM(name, text) LEVEL_##name,
enum lock_level { LOCK_LEVELS(LOCK_LEVEL_ENUM) NLOCKLEVEL, LEVEL_FIRST_SPIN = LEVEL_PROC_TREE };
#undef LOCK_LEVEL_ENUM

#endif
