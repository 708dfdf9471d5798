// The library's lock. It guards what the library's functions share between threads: the heap
// (malloc.c). A thread that holds it never waits in the kernel for another process or thread.
//
// In a program with one thread both functions do nothing: so they write to no page, and the program
// needs no memory for the lock.
#ifndef USER_LIB_LOCK_H
#define USER_LIB_LOCK_H

#include "user/lib/thread.h"

void library_lock(void);
void library_unlock(void);

#endif
