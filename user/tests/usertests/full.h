// The parts of the area full. Its table is in full.c.
#ifndef USER_TESTS_USERTESTS_FULL_H
#define USER_TESTS_USERTESTS_FULL_H

// full_memory.c: files while memory is short
void cache_under_pressure(void);
void files_without_memory(void);
void cache_gives_way(void);
void exec_beside_full_cache(void);
void free_memory_is_exact(void);
void sbrk_waits_for_commit(void);
void disk_holds_the_newest(void);
void evicted_directories(void);

// full_journal.c: many changes, large ones, and those who wait for them to be on disk
void manywrites(void);
void badwrite(void);
void small_transactions(void);
void journal_wraps(void);
void concurrent_fsync(void);
void sync_under_load(void);

#endif
