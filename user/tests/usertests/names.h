// What the tests of names, links and removed directories share: claims about calls and files, and
// the tests that stand outside the file with their area's table.
//
//     names_lib.c     what is declared first, below
//     names.c         the area's table; what programs written for xv6 rely on
//     names_paths.c   from a path to a file: slashes, dots, lengths, the current directory
//     names_dirs.c    what directories hold: their records, making and removing, devices
//     names_rename.c  rename
//     links.c         the area's table; names of one file, and many processes at once
//     links_symbolic.c
//     removed.c       the area's table; what is used after its last name has gone
//     removed_files.c the same for files
#ifndef USER_TESTS_USERTESTS_NAMES_H
#define USER_TESTS_USERTESTS_NAMES_H

#include "user/tests/usertests/usertests.h"

#define WORKS(call) expect((call) >= 0, "%s", #call " works")
#define FAILS(call, error)                                                                         \
    expect((errno = 0, (call) == -1 && errno == (error)), "%s",                                    \
           #call " fails with " #error " in " __FILE_NAME__)

// Makes a file that is not there yet, with that text.
void make_file(const char *path, const char *text);
// The file at path holds that text and nothing else.
void expect_text(const char *path, const char *text);
// What stat tells of path; a symbolic link tells of itself.
struct stat look_at(const char *path);
uint inode_of(const char *path);
// path has that type and number of links.
void expect_node(const char *path, int type, int links);
// path is gone.
void expect_none(const char *path);
// How many names but "." and ".." a directory has.
int count_names(const char *path);
// Runs f(0) ... f(n - 1) in processes that begin all at once. The sum of what they return, which
// is not negative.
int together(int n, int (*f)(int id));

// Names, each good until three more have been asked for: prefix with the number n behind it; n
// bytes c; a path of n bytes to last, which has slashes and dots in front.
char *numbered(const char *prefix, int n);
char *name_of(int n, int c);
char *path_of(int n, const char *last);

// names_paths.c
void path_slashes(void);
void path_root(void);
void path_empty(void);
void path_missing(void);
void trailing_slash(void);
void path_longest(void);
void name_longest(void);
void name_inside_path(void);
void name_bytes(void);
void chdir_errors(void);
void cwd_of_child(void);
void getcwd_sizes(void);
void getcwd_renamed(void);
void getcwd_deep(void);

// names_dirs.c
void directory_records(void);
void directory_reuses(void);
void directory_grows(void);
void directory_links(void);
void directory_as_file(void);
void directory_not_empty(void);
void mkdir_errors(void);
void unlink_errors(void);
void open_exclusive(void);
void open_existing(void);
void open_without_descriptor(void);
void create_once(void);
void mkdir_once(void);
void mknod_device(void);
void mknod_errors(void);
void mknod_unlocks(void);

// names_rename.c
void rename_moves_file(void);
void rename_replaces_file(void);
void rename_same_file(void);
void rename_replaces_directory(void);
void rename_not_empty(void);
void rename_types(void);
void rename_below_itself(void);
void rename_moves_directory(void);
void rename_dots(void);
void rename_missing(void);
void rename_full_block(void);
void rename_is_atomic(void);
void rename_crossing(void);
void rename_directories_crossing(void);

// removed_files.c
// What is in use, after a sync.
struct sysinfo in_use(void);
// As many inodes and blocks of the disk are free as before.
void expect_back(const struct sysinfo *before);
void unlinked_inode_comes_back(void);
void orphan_of_ended(void);
void orphan_of_killed(void);
void orphan_over_exec(void);
void removed_program(void);
void unlink_while_created(void);
void reuse_freed_inodes(void);

// links_symbolic.c
void symlinktest(void);
void symlink_text(void);
void symlink_loop(void);
void symlink_depth(void);
void symlink_dangling(void);
void symlink_relative(void);
void symlink_inside_path(void);
void symlink_to_directory(void);
void symlink_too_long(void);
void symlink_errors(void);
void symlink_slash(void);
void symlink_nofollow(void);
void symlink_itself_changes(void);
void symlink_inodes(void);
void symlink_concurrent(void);

#endif
