// What the areas mmap, filemap and demand share, and the parts of mmap, whose table is in mmap.c.
#ifndef USER_TESTS_USERTESTS_MMAP_H
#define USER_TESTS_USERTESTS_MMAP_H

#include "user/tests/usertests/files_data.h"
#include "user/tests/usertests/heap_probe.h"

#define RW (PROT_READ | PROT_WRITE)

// Far from all that a program has of its own: for hints and fixed places.
#define FAR ((char *)0x2000000000UL)

// Pages without a file, which can be read and written; pages of a file; both must work.
char *map_pages(long pages, int flags);
char *map_file(int fd, off_t offset, long bytes, int prot, int flags);
// The same at exactly p, whatever is there.
char *map_at(char *p, long pages, int flags);
// munmap that must work; mprotect likewise.
void unmap(void *p, long bytes);
void protect(void *p, long bytes, int prot);

// Has what is not in use on the disk only: another process writes all memory that there is.
void empty_cache(void);

// mmap_places.c: where mappings go
void map_default_places(void);
void map_hints(void);
void map_fixed(void);
void map_fixed_refuses(void);
void map_refuses(void);
void map_refuses_files(void);
void heap_stops_at_mapping(void);
void unmap_refuses(void);

// mmap_many.c: how many there may be
void map_too_many(void);
void map_neighbors(void);
void map_out_of_memory(void);

// mmap_rights.c: mprotect
void protect_none_and_back(void);
void protect_read_only(void);
void protect_parts(void);
void protect_execute(void);
void protect_execute_shared(void);
void protect_refuses(void);
void protect_after_fork(void);
void protect_stops_system_calls(void);

// mmap_heap.c: mprotect and madvise of the heap
void advise_heap(void);
void protect_heap(void);
void protect_leaf(void);
void advise_leaf(void);

// mmap_life.c: madvise, fork, exec, exit
void advise_dont_need(void);
void advise_refuses(void);
void mappings_over_fork(void);
void shared_pages_of_many(void);
void mappings_end_with_exec(void);
void mappings_end_with_exit(void);
void unmap_while_shared(void);

#endif
