// The tests of the area procs that are not in procs.c with the table.
#ifndef USER_TESTS_USERTESTS_PROCS_H
#define USER_TESTS_USERTESTS_PROCS_H

// procs_wait.c: children and those who wait for them, pids.
void exit_status_whole(void);
void wait_without_children(void);
void waitpid_picks(void);
void waitpid_nohang(void);
void wait_bad_pointer(void);
void wait_takes_null(void);
void orphans_go_to_init(void);
void zombies_go_to_init(void);
void mode_inherited(void);
void exits_of_three_generations(void);
void deep_family(void);
void pids_are_fresh(void);
void pid_space(void);

// procs_info.c: time, and what the kernel tells of processes.
void pause_lasts(void);
void uptime_and_clock(void);
void sleepers_wake_in_order(void);
void many_sleepers(void);
void wakeups_are_prompt(void);
void getpid_is_ones_own(void);
void procinfo_of_oneself(void);
void procinfo_of_children(void);
void procinfo_walks_all(void);
void sysinfo_counts(void);
void trace_changes_nothing(void);
void poweroff_status_range(void);

#endif
