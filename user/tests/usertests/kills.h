// The tests of the area kills that are not in kills.c.
#ifndef USER_TESTS_USERTESTS_KILLS_H
#define USER_TESTS_USERTESTS_KILLS_H

// kills_calls.c: in the middle of one long call
void kill_in_write(void);
void kill_in_read(void);
void kill_in_procmem(void);
void kill_in_fork(void);
void kill_in_truncate(void);

// kills_storm.c: at many moments
void kill_meets_sleep(void);
void kill_during_fork(void);
void kill_during_exec(void);
void kill_by_many(void);
void killed_while_writing(void);
void killed_while_walking(void);

#endif
