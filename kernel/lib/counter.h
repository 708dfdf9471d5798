// Event counters: how often each thing of interest has happened since boot. Programs read them as
// text through the device file "statistics"; tests compare them before and after.
#ifndef KERNEL_LIB_COUNTER_H
#define KERNEL_LIB_COUNTER_H

#include "kernel/lib/kdef.h"

#define COUNTERS(X)                                                                                \
    X(fault_zero_map)    /* read of an untouched page: the zero page mapped */                     \
    X(fault_zero_fill)   /* write of an untouched page: a zeroed page */                           \
    X(fault_zero_around) /* pages behind it filled along with it */                                \
    X(fault_info)        /* first read of a process page: filled */                                \
    X(fault_file_map)    /* page of a file mapped to be read */                                    \
    X(fault_file_around) /* neighbours mapped along with it */                                     \
    X(fault_file_copy)   /* write to a private page of a file that was not there: copied */        \
    X(fault_file_dirty)  /* store into a shared page of a file: it joins the journal's group */    \
    X(fault_shared_map)  /* page of shared memory mapped, made at the first touch by anybody */    \
    X(fault_cow_copy)    /* write to a shared page: copied */                                      \
    X(fault_cow_around)  /* neighbours copied along with it */                                     \
    X(fault_cow_claim)   /* write by the last holder: claimed without a copy */                    \
    X(mapping_cut)       /* spaces looked into because a file became shorter */                    \
    X(super_fill)        /* write of an untouched 2 MiB: zeroed, by one entry */                   \
    X(super_copy)        /* write to shared 2 MiB: copied as a whole */                            \
    X(super_claim)       /* write by the last holder of 2 MiB: claimed */                          \
    X(super_split)       /* such an entry became 512 */                                            \
    X(fault_ad)          /* A or D set */                                                          \
    X(fault_stale)       /* entry was sufficient: stale translation, or another hart was first */  \
    X(fault_denied)      /* no region, or not allowed */                                           \
    X(fault_nomem)       /* no memory to serve it */                                               \
    X(fault_kernel)      /* faults taken by the kernel on user memory */                           \
    X(uaccess_fixup)     /* user accesses by the kernel that ended at the landing pad */           \
    X(tlb_flush)         /* TLB flushes, all harts */                                              \
    X(tlb_shootdown)     /* other harts told to flush, to fetch code anew or to leave a space */   \
    X(fork_pages)        /* entries shared by fork */                                              \
    X(page_evicted)      /* clean cache pages taken back for other uses */                         \
    X(context_switch)    /* switches between threads */                                            \
    X(ipi)               /* inter-processor interrupts sent */                                     \
    X(cache_hit)         /* blocks found in the cache */                                           \
    X(cache_miss)        /* blocks read from disk */                                               \
    X(disk_read)         /* read requests to the disk */                                           \
    X(disk_write)        /* write requests */                                                      \
    X(disk_flush)        /* flush requests */                                                      \
    X(journal_commit)    /* groups committed */                                                    \
    X(journal_block)     /* blocks written to the journal */

#define COUNTER_ID(name) C_##name,
enum counter { COUNTERS(COUNTER_ID) NCOUNTER };
#undef COUNTER_ID

extern uint64 counters[NCOUNTER];
extern const char *const counter_names[NCOUNTER];

static inline void count_n(enum counter c, uint64 n)
{
    __atomic_fetch_add(&counters[c], n, __ATOMIC_RELAXED);
}

static inline void count(enum counter c) { count_n(c, 1); }

#endif
