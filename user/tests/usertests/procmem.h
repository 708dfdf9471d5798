// The area procmem: writing into the memory of a process from outside.
//
//     procmem.c        the list of tests; into whom; memory of the process's own; programs
//     procmem_files.c  what is mapped, of files and shared; known 23
#ifndef USER_TESTS_USERTESTS_PROCMEM_H
#define USER_TESTS_USERTESTS_PROCMEM_H

#include "user/tests/usertests/access.h"
#include "user/tests/usertests/procs_help.h"

// Children of start_waiting wait from hold_children to release_children; then they end with
// what their check() returns.
void hold_children(void);
int start_waiting(int (*check)(void));
void release_children(void);

// Writes n bytes c into the caller, which must work.
void poke_oneself(char *to, char c, int n);
// The same must be refused.
void expect_no_poke(const char *what, const void *to, int error);

void procmem_private_file(void);
void procmem_beyond_file(void);
void procmem_shared_file(void);
void procmem_shared_read_only(void);
void procmem_shared_memory(void);
void procmem_protected(void);
void procmem_keeps_intent(void);

#endif
