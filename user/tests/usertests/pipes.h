// The tests of the area pipes that are in pipes_flow.c.
#ifndef USER_TESTS_USERTESTS_PIPES_H
#define USER_TESTS_USERTESTS_PIPES_H

void pipe1(void);
void pipe_random_sizes(void);
void pipe_lines_not_mixed(void);
void pipe_large_writes_not_mixed(void);
void pipe_shared_by_readers(void);
void pipe_chain(void);
void pipe_wakes_reader(void);
void pipe_wakes_writer(void);
void pipe_writer_sees_end(void);
void pipe_exit_closes(void);
void pipe_after_killed_reader(void);
void files_until_none(void);
void pipe_without_memory(void);

#endif
