// The area faults: what happens when the kernel, in the middle of a system call, touches user
// memory that is not there yet, is shared, may not be written or does not exist.
//
//     faults.c         races and special cases; the list of tests
//     faults_stage.c   four pages, two of them of a chosen kind
//     faults_results.c each call that fills in memory, on each kind of page
//     faults_sources.c each call that reads memory, on each kind of page
#ifndef USER_TESTS_USERTESTS_FAULTS_H
#define USER_TESTS_USERTESTS_FAULTS_H

#include "user/tests/usertests/access.h"

enum kind {
    UNTOUCHED, // promised, never used
    LAZY,      // not even promised
    ZEROED,    // read once: the page of zeroes, copy-on-write
    SHARED,    // with a child that lives and keeps its own
    CLAIMABLE, // was shared with a child that is gone
};

// Pages 0 and 3 are present, writable and full of 'g's; 1 and 2 are of the kind, and full of 's's
// or zeroes.
struct stage {
    enum kind kind;
    char *base;
    int child, gate; // SHARED: the other holder; it ends when gate is closed
    char before[4 * PGSIZE];
};

// bytes: n of them that lie at `at` already; those in pages of zeroes must be 0.
void stage_make(struct stage *s, enum kind kind, int at, const char *bytes, int n);
// Nothing but [at, at + n) has changed, neither here nor in the child.
void stage_check(const struct stage *s, int at, int n, const char *what);
void stage_end(struct stage *s);

extern const char *const kind_names[];

// The counter of faults that the kernel took on user memory; reading it again adds none.
long kernel_faults(void);

void results_in_untouched_pages(void);
void results_in_lazy_pages(void);
void results_in_zero_pages(void);
void results_in_shared_pages(void);
void results_in_claimed_pages(void);
void results_end_at_missing_pages(void);

void sources_in_untouched_pages(void);
void sources_in_lazy_pages(void);
void sources_in_zero_pages(void);
void sources_in_shared_pages(void);
void sources_end_at_missing_pages(void);

#endif
