// The tests of the area kills that are in kills_storm.c.
#ifndef USER_TESTS_USERTESTS_KILLS_H
#define USER_TESTS_USERTESTS_KILLS_H

void kill_meets_sleep(void);
void kill_during_fork(void);
void kill_during_exec(void);
void kill_by_many(void);
void killed_while_writing(void);
void killed_while_walking(void);

#endif
