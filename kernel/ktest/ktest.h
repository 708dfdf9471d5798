// Self-tests that a KTEST=1 build runs at boot, in process 1, after the file system is mounted.
//
// A test is a function KTEST(name) with a line in KTESTS below; it ends at its first check that
// does not hold. Frames and small objects are counted around each test.
#ifndef KERNEL_KTEST_KTEST_H
#define KERNEL_KTEST_KTEST_H

#include "kernel/lib/kdef.h"

#define KTESTS(X)                                                                                  \
    X(new_stacks_are_known)                                                                        \
    X(string_memset)                                                                               \
    X(string_memcpy_memmove)                                                                       \
    X(string_memcmp)                                                                               \
    X(string_pages)                                                                                \
    X(string_strings)                                                                              \
    X(print_numbers)                                                                               \
    X(print_fields)                                                                                \
    X(print_bounds)                                                                                \
    X(fdt_reads_the_machine)                                                                       \
    X(fdt_survives_damage)                                                                         \
    X(page_account)                                                                                \
    X(page_references)                                                                             \
    X(page_blocks)                                                                                 \
    X(page_promises)                                                                               \
    X(page_exhaustion)                                                                             \
    X(page_failure_hook)                                                                           \
    X(kmem_objects_are_distinct_and_zero)                                                          \
    X(kmem_gives_frames_back)                                                                      \
    X(pagetable_rights)                                                                            \
    X(pagetable_walk)                                                                              \
    X(pagetable_spans_skip_what_is_absent)                                                         \
    X(region_list)                                                                                 \
    X(space_roots_agree)                                                                           \
    X(space_refuses_bad_regions)                                                                   \
    X(space_write_crosses_pages)                                                                   \
    X(fault_cases)                                                                                 \
    X(fault_denied)                                                                                \
    X(fault_copies_in_sequence)                                                                    \
    X(fork_shares_and_diverges)                                                                    \
    X(fork_out_of_memory)                                                                          \
    X(sbrk_by_bytes)                                                                               \
    X(sbrk_promises_exactly)                                                                       \
    X(sbrk_mixed_parts)                                                                            \
    X(sbrk_refuses_too_much)                                                                       \
    X(sbrk_sparse_is_fast)                                                                         \
    X(pin_keeps_a_page)                                                                            \
    X(page_chunk_is_frames)                                                                        \
    X(leaf_account)                                                                                \
    X(leaf_pins)                                                                                   \
    X(leaf_fork_out_of_memory)                                                                     \
    X(leaf_copy_out_of_memory)                                                                     \
    X(info_page_of_each_space)                                                                     \
    X(accessed_bits)                                                                               \
    X(uaccess_copies)                                                                              \
    X(uaccess_counts_are_exact)                                                                    \
    X(uaccess_strings)                                                                             \
    X(kernel_map_rights)                                                                           \
    X(kernel_stacks)                                                                               \
    X(kernel_stacks_of_idle_threads)                                                               \
    X(kernel_traps_on_misuse)                                                                      \
    X(shootdown_reaches_other_harts)                                                               \
    X(kernel_stacks_are_seen_by_all_harts)                                                         \
    X(lost_interrupt_is_sent_again)                                                                \
    X(early_tick_is_not_the_last)                                                                  \
    X(spinlock_excludes_and_counts)                                                                \
    X(rwlock_excludes)                                                                             \
    X(rwlock_readers_together)                                                                     \
    X(rwlock_writers_come_first)                                                                   \
    X(rwlock_nests)                                                                                \
    X(crc32c_known_answer)                                                                         \
    X(cache_pins_of_many)                                                                          \
    X(cache_account)                                                                               \
    X(mounting_counts)                                                                             \
    X(journal_crash_anywhere)                                                                      \
    X(journal_damaged_groups_do_not_count)                                                         \
    X(journal_impossible_home_is_refused)                                                          \
    X(journal_cannot_be_forged)                                                                    \
    X(journal_numbers_wrap)                                                                        \
    X(journal_freed_block_is_reused)

#define KTEST(name) void ktest_##name(void)

#define KTEST_PROTOTYPE(name) KTEST(name);
KTESTS(KTEST_PROTOTYPE)
#undef KTEST_PROTOTYPE

// Ends the running test if cond does not hold. Only in the test's own function.
#define check(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            ktest_fail(__FILE__, __LINE__, #cond);                                                 \
            return;                                                                                \
        }                                                                                          \
    } while (0)

// The thread that smp_test.c works with; started before frames are counted.
void ktest_start_partner(void);
// The same for lock_test.c: one on each hart but the first.
void ktest_start_crew(void);
// work(hart) on all harts at once; returns when all have ended.
void ktest_on_all_harts(void (*work)(uint hart));
// When work that goes on for some time ends.
uint64 ktest_end_of_turns(void);

// Ends the kernel as the boot argument panic=N asks; returns if it does not.
void ktest_panic_on_request(void);

void ktest_fail(const char *file, int line, const char *what);

// Runs all tests: a line each, and "ktest: N passed, N failed".
void ktest_run(void);

// The cache forgets all blocks of the disk that are clean and that nobody uses.
void ktest_empty_cache(void);

// Frames that can still be promised.
int64 ktest_available(void);

#endif
