// The heap's tests that lie outside heap.c.
#ifndef USER_TESTS_USERTESTS_HEAP_H
#define USER_TESTS_USERTESTS_HEAP_H

// heap_promises.c
void promise_is_exact(void);
void promise_counts_tables(void);
void promise_is_refused(void);
void promise_is_spent_by_touching(void);
void promise_comes_back(void);
void promise_is_not_inherited(void);
void promise_is_kept(void);
void promise_of_all_memory(void);
void errno_without_memory(void);
void promise_beside_mapping(void);
void promise_beside_inodes(void);

#endif
