// The little that lower folders may know of the running thread.
#ifndef KERNEL_LOCK_THREAD_H
#define KERNEL_LOCK_THREAD_H

#include "kernel/lib/kdef.h"

// The journal's mark: the running thread has a transaction open.
bool thread_in_transaction(void);
void thread_set_transaction(bool open);

// Starts a kernel thread (proc/ sets the function at boot): main(arg) must not return.
extern void (*thread_start)(const char *name, void (*main)(void *arg), void *arg);

#endif
