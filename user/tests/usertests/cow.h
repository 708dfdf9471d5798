// The copy-on-write tests that lie outside cow.c.
#ifndef USER_TESTS_USERTESTS_COW_H
#define USER_TESTS_USERTESTS_COW_H

// cow_counts.c: how many frames it takes
void fork_takes_tables_only(void);
void child_takes_what_it_writes(void);
void last_holder_claims(void);
void copies_in_runs(void);
void runs_stop(void);
void copies_without_memory(void);
void forks_without_memory(void);

// cow_many.c: many processes
void cow_generations(void);
void cow_exit_orders(void);
void cow_hammer(void);
void cow_no_stale_pages(void);
void cow_no_stale_kernel_writes(void);
void cow_fork_storm(void);

#endif
