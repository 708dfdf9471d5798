// The one lock of what the library's functions share between threads: the heap (malloc.c). Nobody
// calls the kernel to wait for another process or thread while he holds it. A program with one
// thread writes nothing here, so that it needs no memory for it.
#ifndef USER_LIB_LOCK_H
#define USER_LIB_LOCK_H

#include "user/lib/thread.h"

void library_lock(void);
void library_unlock(void);

#endif
