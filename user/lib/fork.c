// fork, clone, and the lock of what the library's functions share (lock.h). A child of fork has one
// thread, whichever others its parent has: what they held stays held in it for ever. So fork takes
// the library's lock for itself.
#include "user/lib/lock.h"

static struct mutex lock;
static int threaded; // this process has had more threads than one

void library_lock(void)
{
    if (threaded)
        mutex_lock(&lock);
}

void library_unlock(void)
{
    if (threaded)
        mutex_unlock(&lock);
}

__attribute__((weak)) int fork(void)
{
    library_lock();
    int pid = sys_fork();
    library_unlock();
    return pid;
}

// A thread that is the first to run beside another finds the lock in use by nobody.
__attribute__((weak)) int clone(void (*fn)(void *), void *arg, void *stack_top)
{
    if (!threaded)
        threaded = 1;
    return sys_clone(fn, arg, stack_top);
}
