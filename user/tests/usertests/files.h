// The parts of the area files, whose table is in files.c.
#ifndef USER_TESTS_USERTESTS_FILES_H
#define USER_TESTS_USERTESTS_FILES_H

// files_fds.c: descriptors
void lowest_descriptor(void);
void closed_descriptors(void);
void descriptors_full(void);
void descriptors_all_used(void);
void open_files_full(void);
void dup_shares_offset(void);
void dup2_replaces(void);
void dup2_refuses(void);
void fork_shares_offset(void);
void two_openings(void);
void closed_by_exit(void);

// files_devices.c: device files and clocks
void null_device(void);
void zero_device(void);
void console_device(void);
void devices_refuse(void);
void unknown_devices(void);
void statistics_in_pieces(void);
void uptime_and_time(void);
void printf_of_extremes(void);

// files_model.c: operations at random
void random_small_file(void);
void random_at_indirect_edge(void);

// files_together.c: more than one process and one file
void sharedfd(void);
void fourfiles(void);
void disjoint_writers(void);
void appends_of_many(void);
void reader_of_growing_file(void);
void rewritten_under_reader(void);
void offset_of_many_readers(void);

// files_turns.c: writes longer than a transaction; entries of directories
void long_appends(void);
void long_writes_at_one_offset(void);
void long_append_cut_off(void);
void long_append_killed(void);
void long_write_from_itself(void);
void entries_are_whole(void);

// files_faults.c: buffers and counts that are wrong
void negative_counts(void);
void write_across_end(void);
void write_from_nowhere(void);
void read_across_end(void);
void fault_beyond_first_piece(void);

#endif
