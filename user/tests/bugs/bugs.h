// bugs: things that kernels of this kind are known to have done wrong, each shown absent.
//
//     dirs.c     removed directories, links, inodes
//     files.c    counts, pipes, offsets
//     memory.c   addresses, the heap, fork, exec
#ifndef USER_TESTS_BUGS_BUGS_H
#define USER_TESTS_BUGS_BUGS_H

#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

#define DIR_NAME "/bugs.dir" // where tests work; made and removed around each

void in_directory(void (*f)(void));

void removed_parent(void);
void many_open_files(void);
void create_in_removed(void);
void link_into_removed(void);
void link_count_limit(void);
void unlink_while_created(void);
void unlinked_inode_comes_back(void);
void symlink_loop(void);
void dot_cannot_go(void);

void write_across_end(void);
void negative_counts(void);
void empty_pipe_read(void);
void pipe_keeps_bytes(void);
void hole_reads_zero(void);
void offset_beyond_end(void);
void truncated_under_reader(void);

void null_pointer(void);
void too_many_arguments(void);
void failed_exec_keeps_all(void);
void exec_while_others_run(void);
void break_up_and_down(void);
void break_above_2g(void);
void holes_in_heap(void);
void fork_exit_leaks_nothing(void);
void text_is_read_only(void);
void killed_status(void);
void fork_bomb_ends(void);
void exec_at_low_memory(void);

#endif
