// The area threads: several threads in one process.
//
//     threads.c       the list of tests; how threads begin and end, one by one
//     threads_end.c   how the whole process ends, forks and becomes another program
//     threads_lock.c  futexes, and what is made of them
//     threads_mem.c   memory and files that threads share, on several harts
#ifndef USER_TESTS_USERTESTS_THREADS_H
#define USER_TESTS_USERTESTS_THREADS_H

#include "kernel/memlayout.h"
#include "user/lib/thread.h"
#include "user/tests/usertests/procs_help.h"

#define MOST_THREADS 8

// Starts a thread that must start.
void must_start(struct thread *t, int (*run)(void *arg), void *arg);
// It must end with that status.
void expect_joined(struct thread *t, int status);
// n threads do run(0), run(1), ..., and must end with status 0.
void run_threads(int (*run)(void *number), long n);

// What threads do that end with their process only.
int spin_thread(void *arg);
int sleep_thread(void *arg);
int fault_thread(void *arg); // touches new memory, and gives it back
int getpid_thread(void *arg);
// One thread of each kind. One of them moves the break: what malloc needs for more threads is
// there.
void start_busy_threads(struct thread t[4]);

void thread_exit_ends_all(void);
void thread_kill_ends_all(void);
void thread_fault_ends_all(void);
void thread_last_one_counts(void);
void thread_forks(void);
void thread_waits_for_children(void);
void thread_execs(void);
void thread_exec_of_leader(void);
void thread_exec_fails(void);
void thread_forks_in_malloc(void);
void thread_execs_meet(void);
void thread_group_is_killed(void);
void thread_clone_meets_exit(void);
void futex_wakes(void);
void futex_addresses(void);
void futex_times_out(void);
void futex_killed(void);
void futex_no_wake_is_lost(void);
void futex_survives_fork(void);
void mutex_counts(void);
void cond_passes_turns(void);
void cond_time_limit(void);
void barrier_rounds(void);
void threads_share_memory(void);
void threads_share_files(void);
void threads_share_cwd(void);
void threads_leave_cwd(void);
void threads_fault_together(void);
void threads_move_break(void);
void threads_fork_and_write(void);
void threads_malloc(void);
void threads_keep_their_own(void);

#endif
