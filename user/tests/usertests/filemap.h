// The parts of the area filemap, whose table is in filemap.c.
#ifndef USER_TESTS_USERTESTS_FILEMAP_H
#define USER_TESTS_USERTESTS_FILEMAP_H

#include "user/tests/usertests/mmap.h"

// filemap_end.c: the file's end, which moves
void map_last_page(void);
void map_beyond_end(void);
void map_beyond_end_calls(void);
void map_of_growing_file(void);
void map_stale_tail(void);
void map_truncated(void);
void map_truncated_in_page(void);
void map_emptied_by_open(void);
void map_truncated_by_other(void);

// filemap_io.c: read() and write() of a file that is mapped
void map_sees_write(void);
void read_sees_store(void);
void read_into_own_mapping(void);
void write_from_own_mapping(void);
void copies_within_a_page(void);
void copies_with_private_pages(void);
void map_hole(void);
void map_sync(void);
void map_outlives_cache(void);

// filemap_race.c: read() and write() while another thread unmaps
void copies_while_unmapped(void);
void copies_while_private_unmapped(void);
void map_cut_while_divided(void);
void map_cut_once(void);
void map_cut_while_mapped(void);
void map_cut_while_forked(void);

// filemap_share.c: several mappings, several processes
void map_two_views(void);
void map_two_processes(void);
void map_ping_pong(void);
void map_over_fork(void);
void map_unlinked(void);
void map_closed(void);
void map_file_ends_with_exit(void);
void map_file_pieces(void);
void map_many_writers(void);
void map_futex(void);

#endif
