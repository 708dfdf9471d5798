// fork, clone, and the library's lock (lock.h).
//
// A child of fork has one thread, even if its parent has several. A lock that another thread of the
// parent holds at the fork stays held in the child for ever. So fork takes the library's lock
// first: then no other thread holds it.
#include "user/lib/lock.h"

static struct mutex lock;
static int threaded; // this process has more than one thread, or has had

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

// The calling thread does not hold the library's lock here: so nobody does when the second thread
// begins, and from then on both take the lock.
__attribute__((weak)) int clone(void (*fn)(void *), void *arg, void *stack_top)
{
    if (!threaded)
        threaded = 1;
    return sys_clone(fn, arg, stack_top);
}
