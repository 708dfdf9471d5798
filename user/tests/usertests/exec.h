// The tests of the area exec that are not in exec.c with the table.
#ifndef USER_TESTS_USERTESTS_EXEC_H
#define USER_TESTS_USERTESTS_EXEC_H

// exec_damage.c: what a program file says of itself.
void damaged_headers(void);
void damaged_segments(void);
void truncated_programs(void);
void no_programs(void);
void segments_that_are_allowed(void);
void unaligned_segment(void);
void bss_is_zero(void);
void holes_in_programs(void);
void program_starts_clean(void);
void main_returns(void);

// exec_load.c: beside others, and with little memory.
void exec_while_others_run(void);
void exec_own_file(void);
void exec_removed_file(void);
void segment_without_rights(void);
void exec_storm(void);
void fork_exec_loses_nothing(void);
void exec_at_low_memory(void);
void execout(void);

#endif
