// The tests of 2 MiB leaves that lie outside super.c, and what they share.
#ifndef USER_TESTS_USERTESTS_SUPER_H
#define USER_TESTS_USERTESTS_SUPER_H

#include "user/tests/usertests/heap_probe.h"

#define LEAF_PAGES (SUPERPGSIZE / PGSIZE)
#define LEAF_RW    (PTE_R | PTE_W | PTE_U)
#define SHARED     (PTE_R | PTE_U)

// Grows the heap by so many leaves, with a word in each page: mark + i. Where they begin.
char *grow_leaves(int leaves, long mark);

// Whether one leaf maps the 2 MiB at p, with these rights.
int is_leaf_at(char *p, uint64 rights);

// super_shared.c: leaves that several processes have
void super_fork(void);
void super_claim(void);
void super_copy_by_parent(void);
void super_split_by_child(void);
void super_split_by_parent(void);
void super_partly_shared(void);
void super_without_blocks(void);
void super_generations(void);
void super_no_stale(void);
void super_no_stale_reads(void);
void super_storm(void);

#endif
